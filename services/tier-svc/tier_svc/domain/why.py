"""Why an interval of the told timeline began: the facts and the arithmetic (E5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.ids import FactId
from tier_svc.domain.facts import Fact
from tier_svc.domain.intervals import TAKEN_BACK, Interval
from tier_svc.domain.ladder import AtLeast, AtMost, Leaf, Rung, lacks, leaves
from tier_svc.domain.measures import Frame, Naming
from tier_svc.domain.metrics import counts_at, profile, shares, value_at
from tier_svc.domain.standing import Extent, Known, extent, whole_units
from tier_svc.domain.stays import Ending
from tier_svc.domain.walk import stays_of

FACTS_MAX = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """A fact that counted, and what it added."""

    fact_id: FactId
    occurred_at: datetime
    value: int


@dataclass(frozen=True, slots=True)
class LeafThen(Naming):
    """A leaf of a rung's test at one instant: it wants `at_least` or `at_most`. `facts` are the
    newest; `facts_total` counts all.
    """

    window: Extent
    at_least: int | None
    at_most: int | None
    value: int
    is_met: bool
    facts_total: int
    facts: Sequence[Counted]


@dataclass(frozen=True, slots=True)
class RungThen:
    """A rung at the instant an interval began. `ending` says how its stay came to an end there."""

    tier: str
    test: Sequence[LeafThen]
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
    is_loss = before is not None and before.rank > interval.rank
    return Why(
        interval=interval,
        reached=_reached(known, interval) if interval.rank else None,
        lost=_lost(known, before, interval) if before is not None and is_loss else None,
    )


def _reached(known: Known, interval: Interval) -> RungThen:
    version = known.grounds.version(interval.version)
    facts = known.facts_at(interval.from_at)[version.ladder.version]
    rung = version.ladder.rungs[interval.rank]
    return _rung(rung, facts, interval.from_at, known.grounds.frame(version), None)


def _lost(known: Known, before: Interval, interval: Interval) -> RungThen:
    """The rung that was lost, and how its stay ended, unless it was taken away."""
    version = known.grounds.version(before.version)
    facts = known.facts_at(interval.from_at)[version.ladder.version]
    ending = None
    if interval.reason not in TAKEN_BACK:
        found = stays_of(known.grounds, version, facts)[before.rank]
        ending = next((stay.ending for stay in found if stay.until == interval.from_at), None)
    at = ending.unmet_at if ending else interval.from_at
    frame = known.grounds.frame(version)
    return _rung(version.ladder.rungs[before.rank], facts, at, frame, ending)


def _rung(
    rung: Rung, facts: Sequence[Fact], at: datetime, frame: Frame, ending: Ending | None
) -> RungThen:
    test = leaves(rung.test) if rung.test is not None else ()
    return RungThen(rung.tier, [_leaf(one, facts, at, frame) for one in test], ending)


def _leaf(leaf: Leaf, facts: Sequence[Fact], at: datetime, frame: Frame) -> LeafThen:
    measure = leaf.measure
    value = value_at(profile(shares(measure, facts, frame)), at)
    counted = [
        Counted(fact.fact_id, fact.occurred_at, whole_units(amount))
        for fact in facts
        if (amount := counts_at(measure, fact, at, frame))
    ]
    return LeafThen(
        *measure.named,
        window=extent(measure, at, frame),
        at_least=leaf.threshold if isinstance(leaf, AtLeast) else None,
        at_most=leaf.threshold if isinstance(leaf, AtMost) else None,
        value=whole_units(value),
        is_met=lacks(leaf, value) <= 0,
        facts_total=len(counted),
        facts=counted[-FACTS_MAX:],
    )
