"""What members may do, as member-svc said it last (M9)."""

from collections.abc import Iterable

from chassis.tx import Tx
from contracts.events.members import MemberStatusChanged
from contracts.ids import MemberId
from tier_svc.domain.granting import ACTIVE

KEEP_STATUSES = """
INSERT INTO member_status AS s (member_id, status, revision)
SELECT member_id, status, revision
FROM unnest(CAST(:members AS text[]), CAST(:statuses AS text[]), CAST(:revisions AS integer[]))
    AS u (member_id, status, revision)
ON CONFLICT (member_id) DO UPDATE SET status = excluded.status, revision = excluded.revision
WHERE s.revision < excluded.revision
"""

STATUS_OF_MEMBER = "SELECT status FROM member_status WHERE member_id = :member"


async def keep_statuses(tx: Tx, changes: Iterable[MemberStatusChanged]) -> None:
    """Keep the highest revision of each member, of these and of what is there; in id order."""
    last: dict[MemberId, MemberStatusChanged] = {}
    for change in sorted(changes, key=lambda one: (one.member_id, one.revision)):
        last[change.member_id] = change
    await tx.execute(
        "keep_statuses",
        KEEP_STATUSES,
        members=list(last),
        statuses=[change.status for change in last.values()],
        revisions=[change.revision for change in last.values()],
    )


async def status_of_member(tx: Tx, member_id: MemberId) -> str:
    """What was said of a member last; of whom nothing was said is active."""
    rows = await tx.execute("status_of_member", STATUS_OF_MEMBER, member=member_id)
    return str(rows[0].status) if rows else ACTIVE
