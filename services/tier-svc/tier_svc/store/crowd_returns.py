"""What came back of many members' purchases."""

from collections.abc import Mapping

import msgspec

from chassis.tx import Row
from contracts.ids import FactId, MemberId
from tier_svc.domain.facts import NO_POINTS, Fact, Heard, HeardReturn, Line, Points, Taken
from tier_svc.store.crowd_folds import Olds

RETURNS = """
SELECT array_agg(r.member_id) AS members, array_agg(r.fact_id) AS facts,
    array_agg(r.occurred_at) AS occurred, array_agg(r.effect_at) AS effects,
    array_agg(r.taken::text) AS taken, array_agg(b.lines::text) AS lines,
    array_agg(r.purchase_fact_id) AS purchases, array_agg(b.occurred_at) AS bought,
    array_agg(b.spend_minor) AS spent, array_agg({accrued}) AS accrued,
    array_agg({reversed}) AS reversed
FROM purchase_return r
LEFT JOIN purchase b ON b.member_id = r.member_id AND b.fact_id = r.purchase_fact_id{told}
WHERE r.member_id > :after AND r.member_id <= :last AND r.effect_at < :before
"""

TOLD = """
LEFT JOIN point_total t ON t.member_id = r.member_id AND t.fact_id = r.purchase_fact_id
    AND t.point_type = :point_type
LEFT JOIN point_total u ON u.member_id = r.member_id AND u.fact_id = r.fact_id
    AND u.point_type = :point_type"""

RETURNS_ALONE = RETURNS.format(accrued="NULL::bigint", reversed="NULL::bigint", told="")
RETURNS_WITH_POINTS = RETURNS.format(accrued="t.points", reversed="u.points", told=TOLD)

NAMES = ("members", "facts", "occurred", "effects", "taken", "lines")
NAMES_OF_PURCHASE = ("purchases", "bought", "spent", "accrued", "reversed")

LINES = msgspec.json.Decoder(tuple[Line, ...])
OLD_LINES = msgspec.msgpack.Decoder(tuple[Line, ...])
TAKEN = msgspec.json.Decoder(tuple[Taken, ...])


def came_back(row: Row, point_type: str | None, olds: Olds) -> dict[MemberId, Heard]:
    """By member what came back, with the purchases of which something did. A return whose purchase
    is not known waits.
    """
    purchases: dict[MemberId, dict[FactId, Fact]] = {}
    returns: dict[MemberId, list[HeardReturn]] = {}
    columns = (row[name] or () for name in (*NAMES, *NAMES_OF_PURCHASE))
    for one in zip(*columns, strict=True):
        member, fact, occurred, effect, taken, text, purchase, bought, spent, accrued, back = one
        old = olds.get(member, {}).get(purchase)
        if old is not None:
            bought, spent, lines = old.occurred_at, old.spend, OLD_LINES.decode(old.lines)
        elif bought is None:
            continue
        else:
            lines = LINES.decode(text)
        known = purchases.setdefault(member, {})
        if purchase not in known:
            known[purchase] = Fact(bought, purchase, spent, 1, _points(point_type, accrued))
        told = _points(point_type, back)
        returns.setdefault(member, []).append(
            HeardReturn(fact, purchase, occurred, effect, TAKEN.decode(taken), lines, told)
        )
    return _heard(purchases, returns)


def _heard(
    purchases: Mapping[MemberId, Mapping[FactId, Fact]],
    returns: Mapping[MemberId, list[HeardReturn]],
) -> dict[MemberId, Heard]:
    return {member: Heard(list(of.values()), returns[member]) for member, of in purchases.items()}


def _points(point_type: str | None, points: int | None) -> Points:
    return NO_POINTS if point_type is None or points is None else {point_type: points}
