"""Why an interval of the told timeline began: the facts and the arithmetic (E5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.ids import FactId
from tier_svc.domain.facts import Fact
from tier_svc.domain.ladder import AtLeast, Rung, leaves
from tier_svc.domain.metrics import counts_at, profile, shares, value_at
from tier_svc.domain.standing import Extent, Known, extent, whole_units
from tier_svc.domain.stays import Ending
from tier_svc.domain.walk import Interval, Reason, rung_stays

FACTS_MAX = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """A fact that counted, and what it added."""

    fact_id: FactId
    occurred_at: datetime
    value: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of a rung's test at one instant. `facts` are the newest; `facts_total` counts all."""

    metric: str
    point_type: str | None
    window: Extent
    at_least: int
    value: int
    is_met: bool
    facts_total: int
    facts: Sequence[Counted]


@dataclass(frozen=True, slots=True)
class RungThen:
    """A rung at the instant an interval began. `ending` says how its stay came to an end there."""

    tier: str
    test: Sequence[Leaf]
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class Why:
    """`reached` is the rung of the interval, unless it is the base; `lost` the higher one
    before.
    """

    interval: Interval
    reached: RungThen | None
    lost: RungThen | None


def explain(known: Known, place: int) -> Why:
    """Why the interval at `place` of the told timeline began."""
    interval = known.told[place]
    before = known.told[place - 1] if place else None
    facts = known.facts_at(interval.from_at)
    is_loss = before is not None and before.rank > interval.rank
    return Why(
        interval=interval,
        reached=_rung(known, interval.rank, facts, interval, None) if interval.rank else None,
        lost=_rung(known, before.rank, facts, interval, _ending(known, before, facts, interval))
        if before is not None and is_loss
        else None,
    )


def _rung(
    known: Known, rank: int, facts: Sequence[Fact], interval: Interval, ending: Ending | None
) -> RungThen:
    rung: Rung = known.ladder.rungs[rank]
    assert rung.test is not None, "only the base rung has no test"
    at = ending.unmet_at if ending else interval.from_at
    return RungThen(rung.tier, [_leaf(known, one, facts, at) for one in leaves(rung.test)], ending)


def _ending(
    known: Known, before: Interval, facts: Sequence[Fact], interval: Interval
) -> Ending | None:
    """How the stay of the tier before ended, unless a return took it away."""
    if interval.reason is Reason.RETURNED:
        return None
    found = rung_stays(known.ladder, facts, known.zone)[before.rank]
    return next((stay.ending for stay in found if stay.until == interval.from_at), None)


def _leaf(known: Known, leaf: AtLeast, facts: Sequence[Fact], at: datetime) -> Leaf:
    measure = leaf.measure
    value = value_at(profile(shares(measure, facts, known.zone)), at)
    counted = [
        Counted(fact.fact_id, fact.occurred_at, whole_units(amount))
        for fact in facts
        if (amount := counts_at(measure, fact, at, known.zone))
    ]
    return Leaf(
        metric=measure.name,
        point_type=measure.point_type,
        window=extent(measure, at, known),
        at_least=leaf.threshold,
        value=whole_units(value),
        is_met=value >= leaf.threshold,
        facts_total=len(counted),
        facts=counted[-FACTS_MAX:],
    )
