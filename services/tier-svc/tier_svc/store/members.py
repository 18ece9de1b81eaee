"""The members that are known here: when they enrolled, and the lock that their standings share."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.folding import FOLDED_AFTER

OPEN_MEMBERS = """
INSERT INTO member (member_id, enrolled_at, folds_at)
SELECT member_id, enrolled_at, :folds_at
FROM unnest(CAST(:members AS text[]), CAST(:enrolled AS timestamptz[]))
    AS u (member_id, enrolled_at)
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET enrolled_at = excluded.enrolled_at
WHERE member.enrolled_at IS NULL AND excluded.enrolled_at IS NOT NULL
"""

ENROLLED_MEMBERS = """
SELECT member_id, enrolled_at, has_ways, has_folds FROM member
WHERE member_id = ANY (CAST(:members AS text[])) AND enrolled_at IS NOT NULL ORDER BY member_id
"""

MEMBERS_AFTER = """
SELECT member_id FROM member WHERE member_id > :after ORDER BY member_id LIMIT :limit
"""

LOCK_MEMBER = """
SELECT member_id FROM member WHERE member_id = :member AND enrolled_at IS NOT NULL FOR UPDATE
"""

NOTE_WAYS = "UPDATE member SET has_ways = true WHERE member_id = :member AND NOT has_ways"


async def open_members(tx: Tx, enrolled: Mapping[MemberId, datetime | None]) -> None:
    """Lock the members' rows in id order, making those that are missing; keep enrolments."""
    members = sorted(enrolled)
    await tx.execute(
        "open_members",
        OPEN_MEMBERS,
        members=members,
        enrolled=[enrolled[member] for member in members],
        folds_at=tx.now + FOLDED_AFTER,
    )


class Enrolled(NamedTuple):
    """When a member enrolled, and whether there are ways up or folds to look for."""

    enrolled_at: datetime
    has_ways: bool
    has_folds: bool


async def enrolled_members(tx: Tx, members: Sequence[MemberId]) -> dict[MemberId, Enrolled]:
    """Those of these members who are enrolled, by id."""
    rows = await tx.execute("enrolled_members", ENROLLED_MEMBERS, members=list(members))
    return {row.member_id: Enrolled(row.enrolled_at, row.has_ways, row.has_folds) for row in rows}


async def members_after(tx: Tx, after: str, limit: int) -> list[MemberId]:
    """The next members by id."""
    rows = await tx.execute("members_after", MEMBERS_AFTER, after=after, limit=limit)
    return [row.member_id for row in rows]


async def lock_member(tx: Tx, member_id: MemberId) -> bool:
    """Lock one member; answers whether they are enrolled here."""
    return bool(await tx.execute("lock_member", LOCK_MEMBER, member=member_id))


async def note_ways(tx: Tx, member_id: MemberId) -> None:
    """From now on the ways up of this member are looked for."""
    await tx.execute("note_ways", NOTE_WAYS, member=member_id)
