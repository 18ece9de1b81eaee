"""The auditor's door: how old its oldest check is, what is anchored, what it found."""

from datetime import datetime
from typing import Any

import msgspec

from chassis.http import Instant, PageDep, Router, TxDep, View
from points_svc.domain.audit_pace import AuditRound
from points_svc.domain.proof import FINDING_MAX, Finding, LastAnchor
from points_svc.handlers.show_audit import show_audit

router = Router(tags=["audit"])


class RoundView(View):
    """The last whole round: no check is older than `began_at`, `age_s` seconds ago."""

    began_at: Instant
    ended_at: Instant
    age_s: int
    rounds: int
    accounts: int
    postings: int
    violations: int

    @classmethod
    def of(cls, found: AuditRound | None, now: datetime) -> "RoundView | None":
        """The last round; None before it has ended."""
        if found is None or found.last_began_at is None or found.last_ended_at is None:
            return None
        return cls(
            began_at=found.last_began_at,
            ended_at=found.last_ended_at,
            age_s=int((now - found.last_began_at).total_seconds()),
            rounds=found.rounds,
            accounts=found.last_accounts,
            postings=found.last_postings,
            violations=found.last_violations,
        )


class AnchorView(View):
    """The last anchor. `is_outside`: its heads are kept outside the database."""

    number: int
    anchored_at: Instant
    heads: int
    root: str
    is_outside: bool

    @classmethod
    def of(cls, found: LastAnchor | None) -> "AnchorView | None":
        """The last anchor; None before the first."""
        return cls(**{**found._asdict(), "root": found.root.hex()}) if found else None


class FindingView(View):
    """A rule that did not hold; while it does not, it is found again every day. The posting is
    named by member, point type and seq (0: the account as a whole), and by its id where that is
    known.
    """

    finding_id: int
    found_at: Instant
    invariant: str
    what: str
    member_id: str | None
    point_type: str
    seq: int
    posting_id: str | None
    numbers: dict[str, Any]

    @classmethod
    def of(cls, found: Finding) -> "FindingView":
        """A finding."""
        fields = found._asdict() | {
            "member_id": found.member_id or None,
            "posting_id": found.posting_id or None,
            "numbers": msgspec.json.decode(found.numbers),
        }
        return cls(**fields)


class AuditView(View):
    """The last whole round, the last anchor, and all findings, newest first."""

    last_round: RoundView | None
    last_anchor: AnchorView | None
    items: list[FindingView]
    next_cursor: str | None


@router.get("/points:audit", scope="ops")
async def audit(tx: TxDep, page: PageDep) -> AuditView:
    """Whether the ledger is what it says, and since when that was looked at."""
    before = page.after[0] if page.after else FINDING_MAX
    found = await show_audit(tx, before, page.wanted)
    return AuditView(
        last_round=RoundView.of(found.round, tx.now),
        last_anchor=AnchorView.of(found.anchor),
        **page.show(found.findings, FindingView.of, lambda one: [one.finding_id]),
    )
