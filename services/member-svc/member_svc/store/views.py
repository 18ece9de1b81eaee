"""What the GET doors read."""

from collections.abc import Sequence

from chassis.tx import Row, Tx

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


async def find_fact(tx: Tx, source: str, kind: str, source_ref: str) -> Row | None:
    """Where a source's own fact stands, or None."""
    rows = await tx.execute("find_fact", FIND_FACT, source=source, kind=kind, source_ref=source_ref)
    return rows[0] if rows else None


async def facts_standing(tx: Tx, status: str, after: str, limit: int) -> Sequence[Row]:
    """Facts that do not count (yet), in business order, those behind `after`."""
    return await tx.execute(
        "facts_standing", FACTS_STANDING, status=status, after=after, limit=limit
    )
