"""What was heard of members' segments."""

from collections import defaultdict
from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.segments import Heard

KEEP_SEGMENTS = """
INSERT INTO told_segment (member_id, segment, seq, from_at, is_in)
SELECT * FROM unnest(
    CAST(:member_ids AS text[]), CAST(:segments AS text[]), CAST(:seqs AS bigint[]),
    CAST(:from_ats AS timestamptz[]), CAST(:are_in AS boolean[]))
ON CONFLICT (member_id, segment, seq) DO NOTHING
RETURNING member_id, from_at
"""
SEGMENTS_OF = """
SELECT member_id, segment, from_at, seq, is_in FROM told_segment
WHERE member_id = ANY(CAST(:member_ids AS text[]))
"""


async def keep_segments(tx: Tx, heard: Sequence[tuple[str, Heard]]) -> set[str]:
    """Keep messages by (member id, message), each once; answers the members of new ones."""
    rows = await tx.execute(
        "keep_segments",
        KEEP_SEGMENTS,
        member_ids=[member_id for member_id, _ in heard],
        segments=[one.segment for _, one in heard],
        seqs=[one.seq for _, one in heard],
        from_ats=[one.from_at for _, one in heard],
        are_in=[one.is_in for _, one in heard],
    )
    return {row.member_id for row in rows}


async def segments_of(tx: Tx, member_ids: Sequence[str]) -> dict[str, list[Heard]]:
    """What was heard of each member."""
    rows = await tx.execute("segments_of", SEGMENTS_OF, member_ids=sorted(set(member_ids)))
    found: defaultdict[str, list[Heard]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(Heard(row.segment, row.from_at, row.seq, row.is_in))
    return found
