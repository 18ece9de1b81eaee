"""What was heard of members' segments."""

from collections.abc import Iterable, Sequence

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.segments import ToldSegment

KEEP_SEGMENTS = """
INSERT INTO told_segment (member_id, segment, seq, from_at, is_in)
SELECT member_id, segment, seq, from_at, is_in
FROM unnest(CAST(:members AS text[]), CAST(:segments AS text[]), CAST(:seqs AS bigint[]),
    CAST(:from_ats AS timestamptz[]), CAST(:are_in AS boolean[]))
    AS u (member_id, segment, seq, from_at, is_in)
ORDER BY member_id, segment, seq
ON CONFLICT (member_id, segment, seq) DO NOTHING
"""

SEGMENTS_OF_MEMBERS = """
SELECT member_id, segment, from_at, seq, is_in FROM told_segment t
WHERE member_id = ANY (CAST(:members AS text[])) AND NOT EXISTS (
    SELECT FROM member_status s
    WHERE s.member_id = t.member_id AND s.status IN ('merged', 'erased'))
"""


async def keep_segments(tx: Tx, told: Iterable[tuple[MemberId, ToldSegment]]) -> None:
    """Keep messages by (member id, message), each once."""
    rows = list(told)
    await tx.execute(
        "keep_segments",
        KEEP_SEGMENTS,
        members=[member for member, _ in rows],
        segments=[one.segment for _, one in rows],
        seqs=[one.seq for _, one in rows],
        from_ats=[one.from_at for _, one in rows],
        are_in=[one.is_in for _, one in rows],
    )


async def segments_of_members(
    tx: Tx, members: Sequence[MemberId]
) -> dict[MemberId, list[ToldSegment]]:
    """What was heard of each of these members. Who was merged into another, or erased, is in none
    any more.
    """
    rows = await tx.execute("segments_of_members", SEGMENTS_OF_MEMBERS, members=list(members))
    out: dict[MemberId, list[ToldSegment]] = {}
    for row in rows:
        told = ToldSegment(row.segment, row.from_at, row.seq, row.is_in)
        out.setdefault(row.member_id, []).append(told)
    return out
