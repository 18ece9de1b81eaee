"""What tier-svc knows of a member's purchases, and what of them counts (T3, T4).

A fact's points have an entry for each point type heard of; it counts once all that the ladder asks
for are there. `HeardReturn` is what arrived, complete or not; `Return` is what counts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from contracts.ids import FactId

Value = int | Fraction
"""An exact amount. Whole numbers stay `int`; only a part of an indivisible amount is a
`Fraction`.
"""

Points = Mapping[str, int]
NO_POINTS: Points = {}


class Fact(NamedTuple):
    """A purchase. `spend` in minor units; `visits` is 1, or 0 once everything came
    back.
    """

    occurred_at: datetime
    fact_id: FactId
    spend: Value
    visits: int
    points: Points


class Return(NamedTuple):
    """What one return takes from its purchase, `units` of `of_units`, effective at `effect_at`."""

    effect_at: datetime
    fact_id: FactId
    purchase_fact_id: FactId
    spend: Value
    units: int
    of_units: int
    points: Points


class Line(NamedTuple):
    """A line of a purchase: its units and their net amount together, in minor units."""

    line_id: str
    quantity: int
    net_minor: int


class HeardReturn(NamedTuple):
    """A return as far as it is known. `lines` are its purchase's, empty while the purchase is not
    known.
    """

    fact_id: FactId
    purchase_fact_id: FactId
    effect_at: datetime
    taken: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]
    points: Points


class History(NamedTuple):
    """What counts of a member: purchases by (occurred_at, fact_id), returns by (effect_at,
    fact_id).
    """

    facts: Sequence[Fact]
    returns: Sequence[Return]


def history(
    purchases: Iterable[Fact], returns: Collection[HeardReturn], point_types: frozenset[str]
) -> History:
    """What counts: the purchases and returns that every metric of the ladder has heard of.

    A return whose purchase does not count yet waits.
    """
    facts = sorted(p for p in purchases if point_types <= p.points.keys())
    if not returns:
        return History(facts, ())
    known = {fact.fact_id for fact in facts}
    counted = (r for r in returns if r.purchase_fact_id in known and point_types <= r.points.keys())
    return History(facts, sorted(map(_counted, counted)))


def kept(facts: Sequence[Fact], returns: Iterable[Return]) -> list[Fact]:
    """The facts as if the returned units had never been bought."""
    taken: dict[FactId, list[Return]] = {}
    for back in returns:
        taken.setdefault(back.purchase_fact_id, []).append(back)
    return [_less(fact, taken[fact.fact_id]) if fact.fact_id in taken else fact for fact in facts]


def _less(fact: Fact, returns: Sequence[Return]) -> Fact:
    is_whole = sum(back.units for back in returns) >= returns[0].of_units
    return Fact(
        fact.occurred_at,
        fact.fact_id,
        whole(fact.spend - sum(back.spend for back in returns)),
        0 if is_whole else fact.visits,
        {
            kind: n - sum(back.points.get(kind, 0) for back in returns)
            for kind, n in fact.points.items()
        },
    )


def _counted(heard: HeardReturn) -> Return:
    """Net kept of a line is net × k/n, so a return takes net × q/n of each of its lines."""
    lines = {line.line_id: line for line in heard.lines}
    spend: Value = 0
    for line_id, quantity in heard.taken:
        line = lines.get(line_id)
        assert line is not None, "a return names lines of its purchase"
        spend += Fraction(line.net_minor * quantity, line.quantity)
    return Return(
        heard.effect_at,
        heard.fact_id,
        heard.purchase_fact_id,
        whole(spend),
        sum(quantity for _, quantity in heard.taken),
        sum(line.quantity for line in heard.lines),
        heard.points,
    )


def whole(value: Value) -> Value:
    """The same amount, as an `int` where it is one."""
    return value.numerator if value.denominator == 1 else value
