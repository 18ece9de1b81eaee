"""What the GET doors read."""

from collections.abc import Sequence

from chassis.tx import Row, Tx
from member_svc.domain.segments import Belonging

FIND_FACT = """
SELECT kind, source, source_ref, fact_id, member_id, status, reason,
       occurred_at, recorded_at, counted_at, purchase_source, purchase_ref, taken
FROM fact WHERE source = :source AND kind = :kind AND source_ref = :source_ref
  AND status <> 'awaited'
"""
FACTS_STANDING = """
SELECT kind, source, source_ref, fact_id, member_id, status, reason, occurred_at, recorded_at,
counted_at,
       purchase_source, purchase_ref, taken
FROM fact
WHERE status = :status AND status <> 'accepted' AND fact_id > :after
ORDER BY fact_id
LIMIT :limit
"""

MEMBERS_IN = """
SELECT member_id, segment, is_in, from_at, seq FROM segment_member
WHERE segment = :segment AND is_in AND member_id > :after ORDER BY member_id LIMIT :limit
"""
COUNT_SEGMENTS = """
SELECT segment, count(*) AS members FROM segment_member WHERE is_in AND segment > :after
GROUP BY segment ORDER BY segment LIMIT :limit
"""


async def find_fact(tx: Tx, source: str, kind: str, source_ref: str) -> Row | None:
    """Where a source's own fact stands, or None."""
    rows = await tx.execute("find_fact", FIND_FACT, source=source, kind=kind, source_ref=source_ref)
    return rows[0] if rows else None


async def facts_standing(tx: Tx, status: str, after: str, limit: int) -> Sequence[Row]:
    """Facts that do not count (yet), in business order, those behind `after`."""
    return await tx.execute(
        "facts_standing", FACTS_STANDING, status=status, after=after, limit=limit
    )


async def members_in(tx: Tx, segment: str, after: str, limit: int) -> list[Belonging]:
    """Who is in a segment, by id, those behind `after`."""
    rows = await tx.execute("members_in", MEMBERS_IN, segment=segment, after=after, limit=limit)
    return [Belonging(*row) for row in rows]


async def count_segments(tx: Tx, after: str, limit: int) -> list[tuple[str, int]]:
    """Segments with anybody in them and how many, by name, those behind `after`."""
    rows = await tx.execute("count_segments", COUNT_SEGMENTS, after=after, limit=limit)
    return [(row.segment, int(row.members)) for row in rows]
