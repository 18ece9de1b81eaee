"""Lots as they stand: what was granted less what was drawn."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.tx import Row, Tx
from points_svc.domain.lots import Lot, Unread
from points_svc.domain.moments import first_id

Key = tuple[str, str]
UNREAD = len(Unread._fields)

LOT = """
SELECT p.member_id, p.point_type, p.fact_id AS lot_id, p.occurred_at,
       coalesce(t.available_from, p.available_from) AS available_from,
       CASE WHEN t.seq IS NULL THEN p.expires_at ELSE t.expires_at END AS expires_at,
       p.points AS granted,
       CAST(p.points - coalesce(d.points, 0) AS bigint) AS remaining,
       CAST(coalesce(d.expired, 0) AS bigint) AS expired,
       coalesce(t.stage, CASE p.credit WHEN 'pending' THEN 'pending' ELSE 'open' END) AS stage,
       coalesce(t.awaits, '') AS awaits, coalesce(t.forfeits, false) AS forfeits, t.away_since,
       t.counted_from
"""
DRAWN = """
LEFT JOIN LATERAL (
    SELECT sum(w.points) AS points, sum(w.expired) AS expired FROM draw w
    WHERE w.member_id = p.member_id AND w.lot_id = p.fact_id AND w.point_type = p.point_type) d
ON true
LEFT JOIN LATERAL (
    SELECT * FROM lot_term u
    WHERE u.member_id = p.member_id AND u.lot_id = p.fact_id AND u.point_type = p.point_type
    ORDER BY u.seq DESC LIMIT 1) t ON true
"""
OPEN_LOTS = f"""
{LOT}
FROM unnest(
    CAST(:member_ids AS text[]), CAST(:point_types AS text[]), CAST(:first_ids AS text[])
) AS n (member_id, point_type, first_id)
CROSS JOIN LATERAL (
    SELECT * FROM posting q
    WHERE q.member_id = n.member_id AND q.fact_id >= n.first_id AND q.part = n.point_type
    OFFSET 0) p
{DRAWN}
WHERE p.points > coalesce(d.points, 0)
"""
COVERING_LOTS = """
WITH drawn AS (
    SELECT lot_id, sum(points) AS points, sum(expired) AS expired FROM draw
    WHERE member_id = :member_id AND lot_id >= :first_id AND point_type = :point_type
    GROUP BY lot_id
), retimed AS (
    SELECT DISTINCT ON (lot_id) * FROM lot_term
    WHERE member_id = :member_id AND lot_id >= :first_id AND point_type = :point_type
    ORDER BY lot_id, seq DESC
), opened AS (
    SELECT p.fact_id AS lot_id, p.occurred_at,
           coalesce(t.available_from, p.available_from) AS available_from,
           CASE WHEN t.seq IS NULL THEN p.expires_at ELSE t.expires_at END AS expires_at,
           p.points AS granted,
           CAST(p.points - coalesce(d.points, 0) AS bigint) AS remaining,
           CAST(coalesce(d.expired, 0) AS bigint) AS expired,
           coalesce(t.stage, CASE p.credit WHEN 'pending' THEN 'pending' ELSE 'open' END) AS stage,
           coalesce(t.awaits, '') AS awaits, coalesce(t.forfeits, false) AS forfeits, t.away_since,
           t.counted_from
    FROM posting p
    LEFT JOIN drawn d ON d.lot_id = p.fact_id
    LEFT JOIN retimed t ON t.lot_id = p.fact_id
    WHERE p.member_id = :member_id AND p.fact_id >= :first_id AND p.part = :point_type
      AND p.points > coalesce(d.points, 0)
), in_order AS (
    SELECT o.*, sum(o.remaining) OVER (
        PARTITION BY o.stage = 'pending'
        ORDER BY o.expires_at NULLS LAST, o.available_from, o.occurred_at, o.lot_id
        ROWS UNBOUNDED PRECEDING) - o.remaining AS before
    FROM opened o
), judged AS (
    SELECT *, stage <> 'pending' AND before < :points AS is_needed FROM in_order
), unread AS (
    SELECT CAST(coalesce(sum(remaining), 0) AS bigint) AS unread_points,
           min(occurred_at) FILTER (WHERE expires_at IS NOT NULL) AS unread_from,
           min(occurred_at) FILTER (WHERE expires_at IS NULL) AS unread_never_from
    FROM judged WHERE NOT is_needed
)
SELECT u.unread_points, u.unread_from, u.unread_never_from, j.lot_id, j.occurred_at,
       j.available_from, j.expires_at, j.granted, j.remaining, j.expired, j.stage, j.awaits,
       j.forfeits, j.away_since, j.counted_from
FROM judged j CROSS JOIN unread u
WHERE j.is_needed
"""
LOTS_NAMED = f"""
{LOT}
FROM unnest(
    CAST(:member_ids AS text[]), CAST(:point_types AS text[]), CAST(:lot_ids AS text[])
) AS n (member_id, point_type, lot_id)
CROSS JOIN LATERAL (
    SELECT * FROM posting q
    WHERE q.member_id = n.member_id AND q.fact_id = n.lot_id AND q.part = n.point_type
    OFFSET 0) p
{DRAWN}
"""


async def open_lots(tx: Tx, bounds: Sequence[tuple[Key, datetime]]) -> dict[Key, list[Lot]]:
    """The lots of these accounts that have something left; each account with the instant of its
    oldest.
    """
    rows = await tx.execute(
        "open_lots",
        OPEN_LOTS,
        member_ids=[member_id for (member_id, _), _ in bounds],
        point_types=[point_type for (_, point_type), _ in bounds],
        first_ids=[first_id(at) for _, at in bounds],
    )
    return _by_account(rows)


async def covering_lots(
    tx: Tx, key: Key, oldest: datetime, points: int
) -> tuple[list[Lot], Unread]:
    """The first lots of an account, in the order in which they are drawn on, that hold so many
    points together; and what the others come to. There are as many points, and no lot of the
    account that has something left is older than `oldest`.
    """
    member_id, point_type = key
    rows = await tx.execute(
        "covering_lots",
        COVERING_LOTS,
        member_id=member_id,
        point_type=point_type,
        first_id=first_id(oldest),
        points=points,
    )
    assert rows, "what is available is what the lots hold"
    return [Lot(*tuple(row)[UNREAD:]) for row in rows], Unread(*tuple(rows[0])[:UNREAD])


async def lots_named(tx: Tx, names: Iterable[tuple[str, str, str]]) -> dict[Key, list[Lot]]:
    """These lots, whether they have something left or not; by (member id, point type, lot id)."""
    keys = sorted(set(names))
    rows = await tx.execute(
        "lots_named",
        LOTS_NAMED,
        member_ids=[member_id for member_id, _, _ in keys],
        point_types=[point_type for _, point_type, _ in keys],
        lot_ids=[lot_id for _, _, lot_id in keys],
    )
    return _by_account(rows)


def _by_account(rows: Iterable[Row]) -> dict[Key, list[Lot]]:
    found: defaultdict[Key, list[Lot]] = defaultdict(list)
    for member_id, point_type, *lot in map(tuple, rows):
        found[member_id, point_type].append(Lot(*lot))
    return found
