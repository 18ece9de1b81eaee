"""What tier-svc knows of a member's facts, and what of them counts (T1, T3, T4).

A purchase's points have an entry for each point type heard of; it counts once all that the ladder
asks for are there. `Heard` is what arrived, complete or not; `History` is what counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.ids import FactId
from tier_svc.domain.complaints import Complaint, Outcome, turns
from tier_svc.domain.instants import Periods, Span, after, end_of
from tier_svc.domain.intervals import Reason
from tier_svc.domain.ladder import Ladder
from tier_svc.domain.segments import ToldSegment

Value = int | Fraction
"""An exact amount. Whole numbers stay `int`; only a part of an indivisible amount is a
`Fraction`.
"""

Points = Mapping[str, int]
NO_POINTS: Points = {}


class Goods(NamedTuple):
    """Where a purchase was made, and what it is worth by category; a category whose units all came
    back is not there. Looked at only where a ladder filters.
    """

    store: str | None
    channel: str | None
    by_category: Mapping[str, Value]


class Done(NamedTuple):
    """What an activity was."""

    kind: str
    channel: str


class Setting(NamedTuple):
    """What an attribute was set to."""

    attribute: str
    value: int


class Fact(NamedTuple):
    """What happened. A purchase has `spend` in minor units and `visits` 1, or 0 once everything
    came back; any other fact has neither, and `more` says what it was.
    """

    occurred_at: datetime
    fact_id: FactId
    spend: Value
    visits: int
    points: Points
    more: Goods | Done | Setting | Complaint | None = None


class Return(NamedTuple):
    """From `effect_at` on a purchase is `kept`: as if what came back so far had never been
    bought; or a complaint, which stands or does not.
    """

    effect_at: datetime
    occurred_at: datetime
    fact_id: FactId
    purchase_fact_id: FactId
    kept: Fact
    reason: Reason = Reason.RETURNED


class Line(NamedTuple):
    """A line of a purchase: its units and their net amount together, in minor units. Lines heard
    before categories were kept have none.
    """

    line_id: str
    quantity: int
    net_minor: int
    category: str | None = None


class Taken(NamedTuple):
    """What came back of a line: units, or value alone."""

    line_id: str
    quantity: int
    refund_minor: int = 0


class HeardReturn(NamedTuple):
    """A return as far as it is known. `lines` are its purchase's, empty while the purchase is not
    known.
    """

    fact_id: FactId
    purchase_fact_id: FactId
    occurred_at: datetime
    effect_at: datetime
    taken: tuple[Taken, ...]
    lines: tuple[Line, ...]
    points: Points


class Heard(NamedTuple):
    """Everything that is known of a member; `others` are activities, attributes and complaints,
    `outcomes` those of complaints. No tier rests on `segments`.
    """

    purchases: Sequence[Fact] = ()
    returns: Sequence[HeardReturn] = ()
    others: Sequence[Fact] = ()
    segments: Sequence[ToldSegment] = ()
    outcomes: Sequence[Outcome] = ()


class History(NamedTuple):
    """What counts of a member: facts by (occurred_at, fact_id), returns in the order in which they
    take effect.
    """

    facts: Sequence[Fact]
    returns: Sequence[Return]


def history(heard: Heard, ladder: Ladder, zone: ZoneInfo) -> History:
    """What counts: the purchases and returns that every metric of the ladder has heard of.

    A return whose purchase does not count yet waits.
    """
    point_types = ladder.point_types
    facts = sorted((*(p for p in heard.purchases if point_types <= p.points.keys()), *heard.others))
    outcomes = list(_became(heard))
    if not heard.returns:
        return History(facts, sorted(outcomes))
    bought = {fact.fact_id: fact for fact in facts}
    returns = list(taken_back(bought, heard.returns, point_types))
    return History(facts, sorted((*_looked_at(returns, ladder.on_return, zone), *outcomes)))


def taken_back(
    bought: Mapping[FactId, Fact], returns: Iterable[HeardReturn], point_types: frozenset[str]
) -> Iterator[Return]:
    """The returns that count, each with what it leaves of its purchase, each purchase's in business
    order.
    """
    by_purchase: dict[FactId, list[HeardReturn]] = {}
    for back in sorted(returns, key=_in_business_order):
        if back.purchase_fact_id in bought and point_types <= back.points.keys():
            by_purchase.setdefault(back.purchase_fact_id, []).append(back)
    for fact_id, several in by_purchase.items():
        yield from _folded(bought[fact_id], several)


def kept(facts: Sequence[Fact], returns: Iterable[Return]) -> Sequence[Fact]:
    """The facts as if what `returns` brought back had never been bought. Returns are in order."""
    left = {back.purchase_fact_id: back.kept for back in returns}
    return [left.get(fact.fact_id, fact) for fact in facts] if left else facts


def still_counts(fact: Fact) -> bool:
    """Whether anything is left of a fact: a purchase that came back whole is none any more."""
    return fact.visits > 0 or isinstance(fact.more, Done | Setting | Complaint)


def goods(store: str | None, channel: str | None, lines: Iterable[Line]) -> Goods:
    """What a purchase is worth by category, before any return."""
    whole_lines = ((line, line.quantity, line.net_minor) for line in lines)
    return Goods(store, channel, _by_category(whole_lines))


def whole(value: Value) -> Value:
    """The same amount, as an `int` where it is one."""
    return value.numerator if value.denominator == 1 else value


def _became(heard: Heard) -> Iterator[Return]:
    """What became of complaints: from the effect of such an outcome on a complaint was never made,
    or was made after all. A ladder looks at it at once.
    """
    if not heard.outcomes:
        return
    made = {fact.more.name: fact for fact in heard.others if isinstance(fact.more, Complaint)}
    for outcome, at, is_standing in turns(heard.outcomes, made):
        fact = made[outcome.complaint]
        left = fact if is_standing else fact._replace(more=None)
        yield Return(at, outcome.occurred_at, outcome.fact_id, fact.fact_id, left, Reason.COMPLAINT)


def _in_business_order(back: HeardReturn) -> tuple[datetime, FactId]:
    return back.occurred_at, back.fact_id


def _looked_at(
    returns: Sequence[Return], policy: Span | Periods | None, zone: ZoneInfo
) -> Iterator[Return]:
    """The returns as a ladder looks at them: with each at those of its purchase before it, which a
    clock that goes back would bring later.
    """
    soonest: dict[FactId, datetime] = {}
    for back in reversed(returns):
        at = _moved(back.effect_at, policy, zone)
        at = soonest[back.purchase_fact_id] = min(at, soonest.get(back.purchase_fact_id, at))
        yield back._replace(effect_at=at)


def _moved(effect_at: datetime, policy: Span | Periods | None, zone: ZoneInfo) -> datetime:
    if isinstance(policy, Periods):
        return end_of(effect_at, policy, zone)
    return after(effect_at, policy, zone) if policy else effect_at


def _folded(purchase: Fact, returns: Iterable[HeardReturn]) -> Iterator[Return]:
    """Each return with what it leaves of its purchase: units take their share of the line's kept
    value, a refund takes its amount, never more than is left.
    """
    lines: Sequence[Line] = ()
    left: dict[str, tuple[int, Value]] = {}
    points = dict(purchase.points)
    for back in returns:
        if not left:
            lines = back.lines
            left = {line.line_id: (line.quantity, line.net_minor) for line in lines}
        for taken in back.taken:
            left[taken.line_id] = _less(*left[taken.line_id], taken)
        points = {kind: n - back.points.get(kind, 0) for kind, n in points.items()}
        yield Return(
            back.effect_at,
            back.occurred_at,
            back.fact_id,
            purchase.fact_id,
            _remaining(purchase, [(line, *left[line.line_id]) for line in lines], points),
        )


def _less(units: int, value: Value, taken: Taken) -> tuple[int, Value]:
    assert taken.quantity <= units, "no more comes back than was bought"
    if taken.quantity:
        value = whole(Fraction(value * (units - taken.quantity), units))
    return units - taken.quantity, max(0, value - taken.refund_minor)


def _remaining(purchase: Fact, left: Sequence[tuple[Line, int, Value]], points: Points) -> Fact:
    more = purchase.more
    if isinstance(more, Goods):
        more = more._replace(by_category=_by_category(left))
    return purchase._replace(
        spend=whole(sum(value for _, _, value in left)),
        visits=int(any(units for _, units, _ in left)),
        points=points,
        more=more,
    )


def _by_category(left: Iterable[tuple[Line, int, Value]]) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for line, units, value in left:
        if units and line.category is not None:
            out[line.category] = out.get(line.category, 0) + value
    return out
