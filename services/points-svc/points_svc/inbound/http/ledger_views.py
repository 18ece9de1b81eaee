"""How the ledger is answered."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from chassis.auth import Caller
from chassis.http import Instant, View
from points_svc.domain.adjustments import AdjustmentAsk
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.pools import POOL_CODE
from points_svc.domain.postings import Posting
from points_svc.handlers.explain_posting import Why
from points_svc.handlers.show_balance import Balance
from points_svc.inbound.http.fields import is_inside

FOR_A_PURPOSE = frozenset({"hold", "capture", "release", "burn", "cancel"})
"""Kinds of postings whose reason is a purpose: a code, which events carry too."""


class ExpiringView(View):
    """`on` is the first whole day without these points."""

    on: date
    points: int


class AccountView(View):
    """One account now: can be burned, in holds, not yet available, owed."""

    point_type: str
    available: int
    held: int
    pending: int
    deficit: int
    expiring: list[ExpiringView]


class BalanceView(View):
    """What a member has at `as_of`."""

    member_id: str
    as_of: Instant
    accounts: list[AccountView]

    @classmethod
    def of(cls, member_id: str, at: datetime, balances: Sequence[Balance]) -> "BalanceView":
        """The accounts of a member."""
        accounts = [
            AccountView(
                point_type=balance.point_type,
                available=balance.available,
                held=balance.held,
                pending=balance.pending,
                deficit=balance.deficit,
                expiring=[ExpiringView(on=on, points=points) for on, points in balance.expiring],
            )
            for balance in balances
        ]
        return cls(member_id=member_id, as_of=at, accounts=accounts)


class PostingView(View):
    """One movement. `from` and `to` are accounts: the member's or the programme's."""

    posting_id: str
    kind: str
    point_type: str
    points: int
    from_: str = Field(serialization_alias="from")
    to: str
    occurred_at: Instant
    recorded_at: Instant
    fact_id: str
    rule_version: str | None
    expires_at: Instant | None

    @classmethod
    def of(cls, posting: Posting) -> "PostingView":
        """A posting."""
        return cls(
            posting_id=posting.posting_id,
            kind=posting.kind,
            point_type=posting.point_type,
            points=posting.points,
            from_=posting.debit,
            to=posting.credit,
            occurred_at=posting.occurred_at,
            recorded_at=posting.recorded_at,
            fact_id=posting.fact_id,
            rule_version=None if posting.rule_version is None else str(posting.rule_version),
            expires_at=posting.expires_at,
        )


class PostingPage(View):
    """Some postings, newest first."""

    items: list[PostingView]
    next_cursor: str | None


class LotView(View):
    """A lot: what one fact brought, what is left of it and what of it was lost to time. `stage`:
    `open` (available from its posting on), `pending`, `activated` or `forfeited`.
    """

    lot_id: str
    point_type: str
    granted: int
    remaining: int
    expired: int
    occurred_at: Instant
    available_from: Instant
    expires_at: Instant | None
    stage: str


class LotPage(View):
    """Some lots, newest first."""

    items: list[LotView]
    next_cursor: str | None


class AdjustmentView(View):
    """An adjustment; `points` below zero were taken."""

    adjustment_id: str
    posting_id: str
    point_type: str
    points: int
    reason: str
    reason_code: str
    recorded_at: Instant
    expires_at: Instant | None

    @classmethod
    def of(cls, posting: Posting, ask: AdjustmentAsk) -> "AdjustmentView":
        """What was asked, and the posting that it made."""
        return cls(
            adjustment_id=posting.fact_id,
            posting_id=posting.posting_id,
            point_type=posting.point_type,
            points=ask.points,
            reason=ask.reason,
            reason_code=ask.reason_code,
            recorded_at=posting.recorded_at,
            expires_at=posting.expires_at,
        )


class GivenView(View):
    """What a rule gave to a line, exactly; of a multiplier, its factor."""

    line_id: str
    value: str


class RuleConsidered(View):
    """A rule of the version: what it did, or why it did nothing. `leaf` points into the rule, to
    the first part of its condition that failed; `by` are the rules that had its lines.
    """

    rule: str
    applied: bool
    phase: str
    because: str
    leaf: str
    by: list[str]
    lines: list[GivenView]


class DrawView(View):
    """What the posting took from a lot (below zero: gave back), and what of that the lot lost to
    time.
    """

    lot_id: str
    points: int
    expired: int


class FactView(View):
    """A fact that the posting rests on."""

    fact_id: str
    kind: str
    occurred_at: Instant


class TierView(View):
    """The tier that rated, and the told interval that said so."""

    tier: str
    multiplier: str
    because: str
    told_from: Instant | None
    told_seq: int | None


class StepView(View):
    """One step of the arithmetic, exact."""

    step: str
    value: str


class LineView(View):
    """A line's share of the whole points, by largest remainder."""

    line_id: str
    net_minor: int
    units: int
    kept: int
    exact: str
    points: int


class AllowanceView(View):
    """A campaign, or a cap that spans purchases (`kind`): `allowed` was decided when the fact was
    recorded and is never exceeded, `cut` is what it would have had besides, but for `by` (`budget`
    or the name of a cap); `gives` is what it gives here, or lets through.
    """

    name: str
    kind: str
    allowed: int
    cut: int
    by: str
    gives: int


class DecisionView(View):
    """Who decided it, in which request, under which name, and why: `reason` is a purpose, or what
    somebody wrote. `approved_by` is the second person, where there was one. Of what others decided
    a channel sees `reason_code` (without the id of a pool), and a purpose.
    """

    actor: str | None
    request_id: str | None
    name: str | None
    reason: str | None
    reason_code: str
    approved_by: str | None

    @classmethod
    def of(cls, decision: DecisionBasis, kind: str, caller: Caller) -> "DecisionView":
        """A decision, as far as it is the caller's to see (I19)."""
        if is_inside(caller) or is_own(decision, caller):
            return cls.model_validate(decision)
        is_pooled = decision.reason_code.startswith(POOL_CODE)
        return cls(
            actor=None,
            request_id=None,
            name=None,
            reason=decision.reason if kind in FOR_A_PURPOSE and not is_pooled else None,
            reason_code="pool" if is_pooled else decision.reason_code,
            approved_by=None,
        )


def is_own(decision: DecisionBasis, caller: Caller) -> bool:
    """Whether it was decided through the caller's channel, or, where no channel was kept, with
    their key.
    """
    if decision.source:
        return decision.source == caller.source
    return decision.actor == f"key:{caller.key_id}"


class WhyView(View):
    """Why a posting is what it is."""

    posting: PostingView
    facts: list[FactView]
    rules: list[RuleConsidered]
    tier: TierView | None
    steps: list[StepView]
    lines: list[LineView]
    allowances: list[AllowanceView]
    draws: list[DrawView]
    decision: DecisionView | None

    @classmethod
    def of(cls, why: Why, caller: Caller) -> "WhyView":
        """The explanation of a posting, as far as it is the caller's to see."""
        rests, kind = why.explanation, why.posting.kind
        return cls(
            posting=PostingView.of(why.posting),
            facts=[FactView.model_validate(fact) for fact in rests.facts],
            rules=[RuleConsidered.model_validate(rule) for rule in rests.rules],
            tier=TierView.model_validate(rests.tier) if rests.tier else None,
            steps=[StepView.model_validate(step) for step in rests.steps],
            lines=[LineView.model_validate(line) for line in rests.lines],
            allowances=[AllowanceView.model_validate(one) for one in rests.allowances],
            draws=[DrawView.model_validate(draw) for draw in why.draws],
            decision=DecisionView.of(rests.decision, kind, caller) if rests.decision else None,
        )
