"""Where a member stands, what comes next and what keeps them there (T6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tier_svc.domain import intervals
from tier_svc.domain.facts import Value
from tier_svc.domain.grounds import Grounds, Version
from tier_svc.domain.instants import TICK, Periods, Span, before, end_of, start_of
from tier_svc.domain.intervals import Interval
from tier_svc.domain.ladder import AtLeast, Leaf, Rung, Test, lacks
from tier_svc.domain.measures import Anniversary, Calendar, Frame, Measure, Naming, Rolling
from tier_svc.domain.metrics import Profile, Profiles, leaving, profiles, value_at
from tier_svc.domain.reachability import ways
from tier_svc.domain.shown import Shown, state_at
from tier_svc.domain.walk import FactsOf, course, facts_at
from tier_svc.domain.ways import passes


@dataclass(frozen=True, slots=True)
class Known:
    """All that answers about one member on one ladder are made of; `others` are the member's other
    ladders.
    """

    ladder: str
    grounds: Grounds
    told: Sequence[Interval]
    others: Sequence["Known"] = ()

    def facts_at(self, at: datetime) -> FactsOf:
        """The facts of the F that holds at an instant, by version."""
        return {v.ladder.version: facts_at(v, at) for v in self.grounds.versions}

    def shown_at(self, at: datetime) -> Shown:
        """What is shown at an instant: by which version, stay and way up."""
        start = self.grounds.starts_at
        return state_at(course(self.grounds, start, self.facts_at(at)), at)


@dataclass(frozen=True, slots=True)
class Extent:
    """A window as it is shown: [from_at, to_at), both empty for a lifetime."""

    from_at: datetime | None
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class MetricNow(Naming):
    """A metric's value, whole units only (a part of a minor unit is left out)."""

    value: int
    window: Extent


@dataclass(frozen=True, slots=True)
class Missing(Naming):
    """What a metric lacks, rounded up to whole units; of what has to be few, how much is too
    much.
    """

    missing: int


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to be on a rung, by when. `alternatives` are the other ways to get there."""

    tier: str
    missing: Sequence[Missing]
    by: datetime | None
    alternatives: Sequence[Sequence[Missing]]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a member stands on another ladder."""

    ladder: str
    tier: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class StandingNow:
    """A standing at one instant, by one version. `since` and `until` bound the unbroken told time
    in the tier.
    """

    version: int
    tier: str
    since: datetime
    until: datetime | None
    metrics: Sequence[MetricNow]
    next: Need | None
    keep: Need | None
    ladders: Sequence[Elsewhere]


def stand(known: Known, at: datetime) -> StandingNow:
    """The standing at an instant; before the timeline starts, the one that it will start with."""
    place = intervals.at(known.told, at) or 0
    shown = known.shown_at(at)
    version = known.grounds.version(shown.ladder.version)
    frame = known.grounds.frame(version)
    facts = known.facts_at(at)[version.ladder.version]
    values = profiles(version.ladder.measures, facts, frame)
    since, until = intervals.unbroken(known.told, place)
    return StandingNow(
        version=version.ladder.version,
        tier=known.told[place].tier,
        since=since,
        until=until,
        metrics=[
            MetricNow(*m.named, whole_units(value_at(values[m], at)), extent(m, at, frame))
            for m in version.ladder.measures
        ],
        next=_next(known, version, shown.rank, values, at),
        keep=_keep(shown, values),
        ladders=[elsewhere(other.ladder, other.told, at) for other in known.others],
    )


def elsewhere(ladder: str, told: Sequence[Interval], at: datetime) -> Elsewhere:
    """Where a member stands on a ladder that is not the one asked for."""
    place = intervals.at(told, at) or 0
    since, until = intervals.unbroken(told, place)
    return Elsewhere(ladder, told[place].tier, since, until)


def whole_units(value: Value) -> int:
    """A value in whole units, rounded down."""
    return value // 1


def extent(measure: Measure, at: datetime, frame: Frame) -> Extent:
    """A measure's window at an instant, for showing: what counts is decided by adding to the
    fact.
    """
    window = measure.window
    if isinstance(window, Rolling):
        return Extent(before(at, window.span, frame.zone), at)
    if isinstance(window, Calendar):
        end = end_of(at, Periods(window.period, 1), frame.zone)
        return Extent(start_of(at, window.period, frame.zone), end)
    if isinstance(window, Anniversary):
        year_end = leaving(window, frame)(at)
        assert year_end is not None, "a membership year ends"
        return Extent(before(year_end, Span(months=12), frame.zone), year_end)
    return Extent(None, None)


def _next(known: Known, version: Version, rank: int, values: Profiles, at: datetime) -> Need | None:
    """The next higher rung that a test leads to: what that lacks now, exact until `by` if nothing
    else happens.
    """
    higher = version.ladder.rungs[rank + 1 :]
    rung = next((rung for rung in higher if _is_open(known, rung, at)), None)
    if rung is None or rung.test is None:
        return None
    nearest, others = _lacking(rung.test, values, at)
    frame = known.grounds.frame(version)
    rising = [leaf.measure for leaf in nearest if isinstance(leaf, AtLeast)]
    ends = [_shrinks_at(measure, values[measure], at, frame) for measure in rising]
    by = min((end for end in ends if end is not None), default=None)
    return Need(rung.tier, _told(nearest, values, at), by, [_told(o, values, at) for o in others])


def _is_open(known: Known, rung: Rung, at: datetime) -> bool:
    """Whether the member may reach a rung by its test."""
    if rung.test is None or rung.needs is None:
        return rung.test is not None
    found = passes(known.grounds.ways, rung.needs, rung.tier)
    return any(one.from_at <= at and (one.to_at is None or at < one.to_at) for one in found)


def _keep(shown: Shown, values: Profiles) -> Need | None:
    """This rung: what its test will lack at the last moment at which meeting it keeps the stay."""
    rung = shown.ladder.rungs[shown.rank]
    if shown.lift is not None:
        return Need(rung.tier, (), shown.lift.to_at, ())
    if rung.test is None:
        return None
    stay = shown.stay
    if stay is None or stay.ending is None:
        return Need(rung.tier, (), None, ())
    by = stay.ending.until
    last = by if by == stay.ending.unmet_at else by - TICK
    nearest, others = _lacking(rung.test, values, last)
    return Need(
        rung.tier, _told(nearest, values, last), by, [_told(o, values, last) for o in others]
    )


Lacking = tuple[Leaf, ...]


def _lacking(test: Test, values: Profiles, at: datetime) -> tuple[Lacking, list[Lacking]]:
    """The unmet leaves of each way to meet a test: the way that lacks the smallest share first."""
    found = [tuple(leaf for leaf in way if _lack(leaf, values, at) > 0) for way in ways(test)]
    ordered = sorted(dict.fromkeys(found), key=lambda way: _share(way, values, at))
    return ordered[0], ordered[1:] if ordered[0] else []


def _share(way: Lacking, values: Profiles, at: datetime) -> Fraction:
    shares = (_part(leaf, _lack(leaf, values, at)) for leaf in way)
    return max(shares, default=Fraction(0))


def _part(leaf: Leaf, lack: int) -> Fraction:
    """What is lacking, of what is wanted; or what is too much, of what is there."""
    return Fraction(lack, leaf.threshold if isinstance(leaf, AtLeast) else leaf.threshold + lack)


def _lack(leaf: Leaf, values: Profiles, at: datetime) -> int:
    return whole_units(lacks(leaf, whole_units(value_at(values[leaf.measure], at))))


def _told(way: Lacking, values: Profiles, at: datetime) -> list[Missing]:
    return [Missing(*leaf.measure.named, _lack(leaf, values, at)) for leaf in way]


def _shrinks_at(measure: Measure, values: Profile, at: datetime, frame: Frame) -> datetime | None:
    """When the metric first falls if nothing else happens: what is missing is exact until then."""
    if isinstance(measure.window, Calendar | Anniversary):
        return leaving(measure.window, frame)(at)
    value = value_at(values, at)
    later = (instant for instant, then in values if instant > at and then < value)
    return next(later, None)
