"""What a fact is worth by its version's rules, of everything and of what is kept (P5, P7, E6)."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor
from typing import NamedTuple

from points_svc.domain import rating
from points_svc.domain.basis import Line, Rate
from points_svc.domain.facts import Back, Purchased
from points_svc.domain.rules import PointRule
from points_svc.domain.scenes import Amount, Around, Item, Scene


class Keeps(NamedTuple):
    """What is kept of a line: its units, and the net value of what was not given back, exactly."""

    units: int
    net_minor: Amount


Kept = Mapping[str, Keeps]
NOTHING_BOUGHT = (Item("", 1, 0, 0),)
"""What stands for the lines of an activity."""


def all_of(purchase: Purchased) -> Kept:
    """Every unit of every line, as bought."""
    return {line.line_id: Keeps(line.units, line.net_minor) for line in purchase.basis.lines or ()}


def less(kept: Kept, backs: Iterable[Back]) -> Kept:
    """What is kept after a return. Of k units worth V that keep k − q, V × (k − q)/k is left; a
    refund of r leaves max(0, V − r). More than was there counts as all that was there.
    """
    left = dict(kept)
    for back in backs:
        keeps = left.get(back.line_id)
        if keeps is not None and keeps.units:
            units = max(0, keeps.units - back.units)
            value = (
                Fraction(keeps.net_minor * units, keeps.units) if back.units else keeps.net_minor
            )
            left[back.line_id] = Keeps(units, max(value - back.refund_minor, 0))
    return left


def net_minor(kept: Kept) -> Amount:
    """The net of what is kept, exactly."""
    return sum(keeps.net_minor for keeps in kept.values())


def points(purchase: Purchased, rule: PointRule, used: Rate, kept: Kept) -> int:
    """Whole points of what is kept, rounded as the point type is; never below zero."""
    if purchase.is_foreign:
        return 0
    rules, around = purchase.set_of(rule), purchase.around(used)
    plain = None if purchase.is_activity else rules.plain(around)
    if plain:
        return floor(net_minor(kept) * plain.per_minor(used.tier))
    return rating.worth(rules, scene(purchase, around, kept))


def points_as_bought(
    purchase: Purchased, rule: PointRule, around: Around, seen: Scene | None = None
) -> int:
    """`points` of everything, in whole numbers alone where one rate and factors by tier rate it:
    the path of every plain purchase. `seen` is its scene, where somebody has it already.
    """
    if purchase.is_foreign:
        return 0
    plain = None if around.activity else rule.purchases.plain(around)
    if plain is None:
        return rating.worth(purchase.set_of(rule), seen or scene(purchase, around))
    per_minor = plain.per_minor(around.tier)
    net = sum([line.net_minor for line in purchase.basis.lines or ()])  # noqa: C419 — hot path
    return net * per_minor.numerator // per_minor.denominator


def scene(purchase: Purchased, around: Around, kept: Kept | None = None) -> Scene:
    """The fact as rules see it: the lines of which something is kept (None: everything)."""
    rules = purchase.rules
    if purchase.is_activity:
        return Scene(NOTHING_BOUGHT, around, rules.zone, rules.store_zones)
    lines = purchase.basis.lines or ()
    if kept is None:
        items = [_item(line, line.units, line.net_minor) for line in lines]
    else:
        items = [_item(line, *kept[line.line_id]) for line in lines if kept[line.line_id].units]
    return Scene(items, around, rules.zone, rules.store_zones)


def _item(line: Line, units: int, net: Amount) -> Item:
    """A line of which `units` are kept; of its gross amount they bear their share."""
    gross: Amount = line.net_minor + line.discount_minor
    if units != line.units:
        gross = Fraction(gross * units, line.units)
    return Item(line.line_id, units, net, gross, line.sku, line.category, line.brand)
