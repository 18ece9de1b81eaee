"""One row per purchase and per return, and the points that points-svc told of each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat

import msgspec

from chassis.tx import Row, Tx
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import PurchaseRecorded, PurchaseReturned
from contracts.ids import FactId, MemberId
from tier_svc.domain.facts import (
    NO_POINTS,
    Fact,
    Goods,
    HeardReturn,
    Line,
    Points,
    Taken,
    goods,
)

KEEP_PURCHASES = """
INSERT INTO purchase AS known
    (member_id, fact_id, occurred_at, spend_minor, lines, store_id, channel)
SELECT member_id, fact_id, occurred_at, spend_minor, CAST(lines AS jsonb), store_id, channel
FROM unnest(CAST(:members AS text[]), CAST(:facts AS text[]), CAST(:occurred AS timestamptz[]),
    CAST(:spend AS bigint[]), CAST(:lines AS text[]), CAST(:stores AS text[]),
    CAST(:channels AS text[]))
    AS u (member_id, fact_id, occurred_at, spend_minor, lines, store_id, channel)
ORDER BY member_id, fact_id
ON CONFLICT (member_id, fact_id) DO UPDATE
SET lines = excluded.lines, store_id = excluded.store_id, channel = excluded.channel
WHERE known.store_id IS NULL
RETURNING member_id, fact_id
"""

KEEP_RETURNS = """
INSERT INTO purchase_return
    (member_id, fact_id, purchase_fact_id, occurred_at, effect_at, taken)
SELECT member_id, fact_id, purchase_fact_id, occurred_at, effect_at, CAST(taken AS jsonb)
FROM unnest(CAST(:members AS text[]), CAST(:facts AS text[]), CAST(:purchases AS text[]),
    CAST(:occurred AS timestamptz[]), CAST(:effects AS timestamptz[]), CAST(:taken AS text[]))
    AS u (member_id, fact_id, purchase_fact_id, occurred_at, effect_at, taken)
ON CONFLICT (member_id, fact_id) DO NOTHING
RETURNING member_id, fact_id
"""

KEEP_POINT_TOTALS = """
INSERT INTO point_total AS known (member_id, fact_id, point_type, points, revision)
SELECT member_id, fact_id, point_type, points, revision
FROM unnest(CAST(:members AS text[]), CAST(:facts AS text[]), CAST(:types AS text[]),
    CAST(:points AS bigint[]), CAST(:revisions AS integer[]))
    AS u (member_id, fact_id, point_type, points, revision)
ORDER BY member_id, fact_id, point_type
ON CONFLICT (member_id, fact_id, point_type) DO UPDATE
SET points = excluded.points, revision = excluded.revision
WHERE excluded.revision > known.revision
RETURNING member_id, fact_id, point_type
"""

PURCHASES_OF_MEMBERS = """
SELECT member_id, array_agg(fact_id) AS facts, array_agg(occurred_at) AS occurred,
    array_agg(spend_minor) AS spend
FROM purchase WHERE member_id = ANY (CAST(:members AS text[])) GROUP BY member_id
"""

GOODS_OF_MEMBERS = """
SELECT member_id, fact_id, store_id, channel, lines::text AS lines FROM purchase
WHERE member_id = ANY (CAST(:members AS text[]))
"""

RETURNS_OF_MEMBERS = """
SELECT r.member_id, r.fact_id, r.purchase_fact_id, r.occurred_at, r.effect_at,
    r.taken::text AS taken,
    coalesce(p.lines, '[]')::text AS lines
FROM purchase_return r
LEFT JOIN purchase p ON p.member_id = r.member_id AND p.fact_id = r.purchase_fact_id
WHERE r.member_id = ANY (CAST(:members AS text[]))
"""

POINTS_OF_MEMBERS = """
SELECT member_id, fact_id, point_type, points FROM point_total
WHERE member_id = ANY (CAST(:members AS text[])) AND point_type = ANY (CAST(:types AS text[]))
"""

Kept = dict[MemberId, set[FactId]]
"""Which facts of which members are news."""

PointsOf = Mapping[tuple[MemberId, FactId], Points]


async def keep_purchases(tx: Tx, purchases: Sequence[PurchaseRecorded]) -> Kept:
    """Keep the purchases; answers those that nobody had told before, or not whole: what was kept
    before there were filters is completed when it is told again.
    """
    once = {(one.member_id, one.fact_id): one for one in purchases}.values()
    rows = await tx.execute(
        "keep_purchases",
        KEEP_PURCHASES,
        members=[one.member_id for one in once],
        facts=[one.fact_id for one in once],
        occurred=[one.occurred_at for one in once],
        spend=[sum(line.net_minor for line in one.lines) for one in once],
        lines=[_lines(one) for one in once],
        stores=[one.store_id for one in once],
        channels=[one.source for one in once],
    )
    return _kept(rows)


async def keep_returns(tx: Tx, returns: Sequence[PurchaseReturned]) -> Kept:
    """Keep the returns; answers those that nobody had told before."""
    rows = await tx.execute(
        "keep_returns",
        KEEP_RETURNS,
        members=[one.member_id for one in returns],
        facts=[one.fact_id for one in returns],
        purchases=[one.purchase_fact_id for one in returns],
        occurred=[one.occurred_at for one in returns],
        effects=[max(one.occurred_at, one.purchase_occurred_at) for one in returns],
        taken=[
            _json([[line.line_id, line.quantity, line.refund_minor] for line in one.lines])
            for one in returns
        ],
    )
    return _kept(rows)


async def keep_point_totals(tx: Tx, totals: Sequence[PointsAccrued | PointsReversed]) -> list[Row]:
    """Keep the highest revision of each total; answers (member_id, fact_id, point_type) of news."""
    newest = {(t.member_id, t.fact_id, t.point_type): t for t in sorted(totals, key=_revision)}
    return await tx.execute(
        "keep_point_totals",
        KEEP_POINT_TOTALS,
        members=[one.member_id for one in newest.values()],
        facts=[one.fact_id for one in newest.values()],
        types=[one.point_type for one in newest.values()],
        points=[one.points for one in newest.values()],
        revisions=[one.revision for one in newest.values()],
    )


async def purchases_of_members(
    tx: Tx, members: Sequence[MemberId], points: PointsOf
) -> dict[MemberId, list[Fact]]:
    """Every purchase of these members, with the points given."""
    rows = await tx.execute("purchases_of_members", PURCHASES_OF_MEMBERS, members=list(members))
    return {row.member_id: _facts(row, points) for row in rows}


async def goods_of_members(
    tx: Tx, members: Sequence[MemberId]
) -> dict[tuple[MemberId, FactId], Goods]:
    """Where each purchase of these members was made, and what it is worth by category."""
    rows = await tx.execute("goods_of_members", GOODS_OF_MEMBERS, members=list(members))
    return {
        (row.member_id, row.fact_id): goods(
            row.store_id, row.channel, msgspec.json.decode(row.lines, type=tuple[Line, ...])
        )
        for row in rows
    }


async def returns_of_members(
    tx: Tx, members: Sequence[MemberId], points: PointsOf
) -> dict[MemberId, list[HeardReturn]]:
    """Every return of these members, with its purchase's lines where that is known."""
    rows = await tx.execute("returns_of_members", RETURNS_OF_MEMBERS, members=list(members))
    out: dict[MemberId, list[HeardReturn]] = {}
    for row in rows:
        out.setdefault(row.member_id, []).append(
            HeardReturn(
                row.fact_id,
                row.purchase_fact_id,
                row.occurred_at,
                row.effect_at,
                msgspec.json.decode(row.taken, type=tuple[Taken, ...]),
                msgspec.json.decode(row.lines, type=tuple[Line, ...]),
                points.get((row.member_id, row.fact_id), NO_POINTS),
            )
        )
    return out


async def points_of_members(
    tx: Tx, members: Sequence[MemberId], point_types: Collection[str]
) -> PointsOf:
    """What points-svc told of each fact, of the point types asked for."""
    if not point_types:
        return {}
    rows = await tx.execute(
        "points_of_members", POINTS_OF_MEMBERS, members=list(members), types=sorted(point_types)
    )
    out: dict[tuple[MemberId, FactId], dict[str, int]] = {}
    for row in rows:
        out.setdefault((row.member_id, row.fact_id), {})[row.point_type] = row.points
    return out


def _facts(row: Row, points: PointsOf) -> list[Fact]:
    heard: Iterable[Points] = repeat(NO_POINTS)
    if points:
        heard = (points.get((row.member_id, fact_id), NO_POINTS) for fact_id in row.facts)
    return list(map(Fact, row.occurred, row.facts, row.spend, repeat(1), heard))


def _lines(purchase: PurchaseRecorded) -> str:
    return _json(
        [[line.line_id, line.quantity, line.net_minor, line.category] for line in purchase.lines]
    )


def _revision(total: PointsAccrued | PointsReversed) -> int:
    return total.revision


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _kept(rows: Sequence[Row]) -> Kept:
    out: Kept = {}
    for row in rows:
        out.setdefault(row.member_id, set()).add(row.fact_id)
    return out
