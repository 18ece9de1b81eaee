"""What was said of segments, and who is in them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.segments import Belonging, Key, Said

LOCK_MEMBERS = """
SELECT member_id FROM member WHERE member_id = ANY(CAST(:member_ids AS text[]))
ORDER BY member_id FOR NO KEY UPDATE
"""
SAID_OF = """
SELECT s.member_id, s.segment, s.seq, s.from_at, s.is_in
FROM unnest(CAST(:member_ids AS text[]), CAST(:segments AS text[])) AS n (member_id, segment)
JOIN segment_said s ON s.member_id = n.member_id AND s.segment = n.segment
ORDER BY s.member_id, s.segment, s.seq
"""
SAY = """
INSERT INTO segment_said (member_id, segment, seq, from_at, is_in, recorded_at, actor)
SELECT n.member_id, n.segment, n.seq, n.from_at, n.is_in, :now, :actor
FROM unnest(
    CAST(:member_ids AS text[]), CAST(:segments AS text[]), CAST(:seqs AS integer[]),
    CAST(:from_ats AS timestamptz[]), CAST(:are_in AS boolean[])
) AS n (member_id, segment, seq, from_at, is_in)
"""
KEEP_BELONGINGS = """
INSERT INTO segment_member (member_id, segment, seq, from_at, is_in)
SELECT * FROM unnest(
    CAST(:member_ids AS text[]), CAST(:segments AS text[]), CAST(:seqs AS integer[]),
    CAST(:from_ats AS timestamptz[]), CAST(:are_in AS boolean[]))
ON CONFLICT (member_id, segment) DO UPDATE
SET seq = excluded.seq, from_at = excluded.from_at, is_in = excluded.is_in
"""
BELONGINGS_OF = """
SELECT member_id, segment, is_in, from_at, seq FROM segment_member
WHERE member_id = :member_id ORDER BY segment
"""


async def lock_members(tx: Tx, member_ids: Collection[str]) -> set[MemberId]:
    """Lock those of these members that there are, in the order of their ids."""
    rows = await tx.execute("lock_members", LOCK_MEMBERS, member_ids=sorted(set(member_ids)))
    return {MemberId(row.member_id) for row in rows}


async def said_of(tx: Tx, keys: Collection[Key]) -> dict[Key, list[Said]]:
    """What was said of these members and segments, each in the order of seq."""
    asked = sorted(set(keys))
    rows = await tx.execute(
        "said_of",
        SAID_OF,
        member_ids=[member_id for member_id, _ in asked],
        segments=[segment for _, segment in asked],
    )
    found: defaultdict[Key, list[Said]] = defaultdict(list)
    for row in rows:
        said = Said(row.seq, row.from_at, row.is_in)
        found[MemberId(row.member_id), row.segment].append(said)
    return found


async def say(tx: Tx, new: Sequence[tuple[Key, Said]]) -> None:
    """Keep what was said, for ever."""
    await tx.execute("say", SAY, **_columns(new), now=tx.now, actor=tx.cause.actor)


async def keep_belongings(tx: Tx, last: Mapping[Key, Said]) -> None:
    """Keep who is in which segment by what was said last."""
    await tx.execute("keep_belongings", KEEP_BELONGINGS, **_columns(sorted(last.items())))


async def belongings_of(tx: Tx, member_id: str) -> list[Belonging]:
    """Every segment that anything was said of a member about, by name."""
    rows = await tx.execute("belongings_of", BELONGINGS_OF, member_id=member_id)
    return [Belonging(*row) for row in rows]


def _columns(new: Sequence[tuple[Key, Said]]) -> dict[str, list[object]]:
    return {
        "member_ids": [key[0] for key, _ in new],
        "segments": [key[1] for key, _ in new],
        "seqs": [said.seq for _, said in new],
        "from_ats": [said.from_at for _, said in new],
        "are_in": [said.is_in for _, said in new],
    }
