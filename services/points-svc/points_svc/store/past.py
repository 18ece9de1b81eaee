"""What was known of a member's account at some moment, folded by the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.tx import Tx
from points_svc.domain.past import Moved

MOVED_BY = """
SELECT point_type, kind, debit, credit, count(*) AS postings, CAST(sum(points) AS bigint) AS points
FROM posting
WHERE member_id = :member_id AND occurred_at <= :at
  AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= :known_at)
GROUP BY point_type, kind, debit, credit
ORDER BY point_type, kind, debit, credit
"""
LOTS_AS_OF = """
SELECT p.point_type, p.fact_id AS lot_id, e.expires_at,
       CAST(p.points - coalesce(d.points, 0) AS bigint) AS remaining
FROM posting p
LEFT JOIN LATERAL (
    SELECT sum(w.points) AS points
    FROM draw w JOIN posting q
        ON q.member_id = w.member_id AND q.fact_id = w.fact_id AND q.part = w.part
    WHERE w.member_id = p.member_id AND w.lot_id = p.fact_id AND w.point_type = p.point_type
      AND q.occurred_at <= :at
      AND (CAST(:known_at AS timestamptz) IS NULL OR q.recorded_at <= :known_at)) d ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN u.seq IS NULL THEN p.expires_at ELSE u.expires_at END AS expires_at
    FROM (SELECT 1) AS one LEFT JOIN LATERAL (
        SELECT * FROM lot_term v
        WHERE v.member_id = p.member_id AND v.lot_id = p.fact_id AND v.point_type = p.point_type
          AND (CAST(:known_at AS timestamptz) IS NULL OR v.recorded_at <= :known_at)
        ORDER BY v.seq DESC LIMIT 1) u ON true) e
WHERE p.member_id = :member_id AND p.part = p.point_type AND e.expires_at > :at
  AND p.occurred_at <= :at
  AND (CAST(:known_at AS timestamptz) IS NULL OR p.recorded_at <= :known_at)
"""


class LotThen(NamedTuple):
    """What of a lot that ends was left at some moment."""

    point_type: str
    lot_id: str
    expires_at: datetime
    remaining: int


async def moved_by(
    tx: Tx, member_id: str, at: datetime, known_at: datetime | None
) -> Sequence[Moved]:
    """What a member's postings with effect by `at` moved, those recorded by `known_at` (None: all
    that are known).
    """
    rows = await tx.execute("moved_by", MOVED_BY, member_id=member_id, at=at, known_at=known_at)
    return [Moved._make(row) for row in rows]


async def lots_as_of(
    tx: Tx, member_id: str, at: datetime, known_at: datetime | None
) -> Sequence[LotThen]:
    """A member's lots that end after `at`, with what was left of them then, by the same postings.
    Where a late fact took points before they were there, it may be below zero.
    """
    rows = await tx.execute("lots_as_of", LOTS_AS_OF, member_id=member_id, at=at, known_at=known_at)
    return [LotThen._make(row) for row in rows]
