"""Where a member stands, what comes next and what keeps them there (T6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from tier_svc.domain import timeline
from tier_svc.domain.facts import Fact, History, Value, kept
from tier_svc.domain.instants import TICK, Periods, before, end_of, start_of
from tier_svc.domain.ladder import AtLeast, Calendar, Ladder, Measure, Rolling, Test
from tier_svc.domain.metrics import Profile, Profiles, profiles, value_at
from tier_svc.domain.reachability import ways
from tier_svc.domain.stays import Stay
from tier_svc.domain.walk import Interval, rung_stays


@dataclass(frozen=True, slots=True)
class Known:
    """All that answers about one member are made of."""

    ladder: Ladder
    zone: ZoneInfo
    history: History
    told: Sequence[Interval]

    def facts_at(self, at: datetime) -> list[Fact]:
        """The facts of the F that holds at an instant."""
        return kept(self.history.facts, (r for r in self.history.returns if r.effect_at <= at))


@dataclass(frozen=True, slots=True)
class Extent:
    """A window as it is shown: [from_at, to_at), both empty for a lifetime."""

    from_at: datetime | None
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class MetricNow:
    """A metric's value, whole units only (a part of a minor unit is left out)."""

    metric: str
    point_type: str | None
    value: int
    window: Extent


@dataclass(frozen=True, slots=True)
class Missing:
    """What a metric lacks, rounded up to whole units."""

    metric: str
    point_type: str | None
    missing: int


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to be on a rung, by when. `alternatives` are the other ways to get there."""

    tier: str
    missing: Sequence[Missing]
    by: datetime | None
    alternatives: Sequence[Sequence[Missing]]


@dataclass(frozen=True, slots=True)
class StandingNow:
    """A standing at one instant. `since` and `until` bound the unbroken told time in the tier."""

    tier: str
    since: datetime
    until: datetime | None
    metrics: Sequence[MetricNow]
    next: Need | None
    keep: Need | None


def stand(known: Known, at: datetime) -> StandingNow:
    """The standing at an instant; before the timeline starts, the one that it will start with."""
    place = timeline.at(known.told, at) or 0
    rank = known.told[place].rank
    facts = known.facts_at(at)
    values = profiles(known.ladder.measures, facts, known.zone)
    since, until = timeline.unbroken(known.told, place)
    return StandingNow(
        tier=known.told[place].tier,
        since=since,
        until=until,
        metrics=[
            MetricNow(
                m.name, m.point_type, whole_units(value_at(values[m], at)), extent(m, at, known)
            )
            for m in known.ladder.measures
        ],
        next=_next(known, rank, values, at),
        keep=_keep(known, rank, values, facts, at),
    )


def whole_units(value: Value) -> int:
    """A value in whole units, rounded down."""
    return value // 1


def extent(measure: Measure, at: datetime, known: Known) -> Extent:
    """A measure's window at an instant, for showing: what counts is decided by adding to the
    fact.
    """
    window = measure.window
    if isinstance(window, Rolling):
        return Extent(before(at, window.span, known.zone), at)
    if isinstance(window, Calendar):
        end = end_of(at, Periods(window.period, 1), known.zone)
        return Extent(start_of(at, window.period, known.zone), end)
    return Extent(None, None)


def _next(known: Known, rank: int, values: Profiles, at: datetime) -> Need | None:
    """The next higher rung: what its test lacks now, exact until `by` if nothing else happens."""
    if rank + 1 == len(known.ladder.rungs):
        return None
    rung = known.ladder.rungs[rank + 1]
    assert rung.test is not None, "only the base rung has no test"
    nearest, others = _lacking(rung.test, values, at)
    ends = [_shrinks_at(leaf.measure, values[leaf.measure], at, known.zone) for leaf in nearest]
    by = min((end for end in ends if end is not None), default=None)
    return Need(rung.tier, _told(nearest, values, at), by, [_told(o, values, at) for o in others])


def _keep(
    known: Known, rank: int, values: Profiles, facts: Sequence[Fact], at: datetime
) -> Need | None:
    """This rung: what its test will lack at the last moment at which meeting it keeps the stay."""
    rung = known.ladder.rungs[rank]
    if rung.test is None:
        return None
    stay = stay_at(rung_stays(known.ladder, facts, known.zone)[rank], at)
    if stay is None or stay.ending is None:
        return Need(rung.tier, (), None, ())
    by = stay.ending.until
    last = by if by == stay.ending.unmet_at else by - TICK
    nearest, others = _lacking(rung.test, values, last)
    return Need(
        rung.tier, _told(nearest, values, last), by, [_told(o, values, last) for o in others]
    )


def stay_at(stays: Sequence[Stay], at: datetime) -> Stay | None:
    """The stay that contains an instant."""
    for stay in stays:
        if stay.since <= at and (stay.until is None or at < stay.until):
            return stay
    return None


Lacking = tuple[AtLeast, ...]


def _lacking(test: Test, values: Profiles, at: datetime) -> tuple[Lacking, list[Lacking]]:
    """The unmet leaves of each way to meet a test: the way that lacks the smallest share first."""
    found = [tuple(leaf for leaf in way if _lack(leaf, values, at) > 0) for way in ways(test)]
    ordered = sorted(dict.fromkeys(found), key=lambda way: _share(way, values, at))
    return ordered[0], ordered[1:] if ordered[0] else []


def _share(way: Lacking, values: Profiles, at: datetime) -> Fraction:
    shares = (Fraction(_lack(leaf, values, at), leaf.threshold) for leaf in way)
    return max(shares, default=Fraction(0))


def _lack(leaf: AtLeast, values: Profiles, at: datetime) -> int:
    return leaf.threshold - whole_units(value_at(values[leaf.measure], at))


def _told(way: Lacking, values: Profiles, at: datetime) -> list[Missing]:
    return [
        Missing(leaf.measure.name, leaf.measure.point_type, _lack(leaf, values, at)) for leaf in way
    ]


def _shrinks_at(measure: Measure, values: Profile, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the metric first falls if nothing else happens: what is missing is exact until then."""
    if isinstance(measure.window, Calendar):
        return end_of(at, Periods(measure.window.period, 1), zone)
    value = value_at(values, at)
    later = (instant for instant, then in values if instant > at and then < value)
    return next(later, None)
