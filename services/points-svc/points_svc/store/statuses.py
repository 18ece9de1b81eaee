"""What members may do, as member-svc said it last (M9)."""

from collections.abc import Iterable

from chassis.tx import Tx
from contracts.events.members import MemberStatusChanged
from points_svc.domain.member_status import ACTIVE

GONE = frozenset({"closed", "merged", "erased"})
KEEP_STATUSES = """
INSERT INTO member_status AS s (member_id, status, revision, since)
SELECT * FROM unnest(
    CAST(:member_ids AS text[]), CAST(:statuses AS text[]), CAST(:revisions AS integer[]),
    CAST(:since AS timestamptz[]))
ON CONFLICT (member_id) DO UPDATE
SET status = excluded.status, revision = excluded.revision, since = excluded.since
WHERE s.revision < excluded.revision
"""
STATUSES_OF = """
SELECT member_id, status FROM member_status WHERE member_id = ANY(CAST(:member_ids AS text[]))
"""
STATUS_OF = "SELECT status FROM member_status WHERE member_id = :member_id"


async def keep_statuses(tx: Tx, changes: Iterable[MemberStatusChanged]) -> None:
    """Keep the highest revision of each member, of these and of what is there."""
    last: dict[str, MemberStatusChanged] = {}
    for change in changes:
        known = last.get(change.member_id)
        if known is None or known.revision < change.revision:
            last[change.member_id] = change
    ordered = [last[member_id] for member_id in sorted(last)]
    await tx.execute(
        "keep_statuses",
        KEEP_STATUSES,
        member_ids=[change.member_id for change in ordered],
        statuses=[change.status for change in ordered],
        revisions=[change.revision for change in ordered],
        since=[change.occurred_at for change in ordered],
    )


async def status_of(tx: Tx, member_id: str) -> str:
    """What was said of a member last; of whom nothing was said is active."""
    rows = await tx.execute("status_of", STATUS_OF, member_id=member_id)
    return str(rows[0].status) if rows else ACTIVE


async def statuses_of(tx: Tx, member_ids: Iterable[str]) -> dict[str, str]:
    """`status_of`, of several members."""
    asked = sorted(set(member_ids))
    rows = await tx.execute("statuses_of", STATUSES_OF, member_ids=asked)
    return dict.fromkeys(asked, ACTIVE) | {row.member_id: row.status for row in rows}
