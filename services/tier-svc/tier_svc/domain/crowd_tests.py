"""When tests are met, for many members at once: what `metrics` finds for one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from tier_svc.domain.crowd import Column, Crowd, Flags, Reach, is_first_of, is_last_of
from tier_svc.domain.crowd_days import Sum, adding, ending, local_days
from tier_svc.domain.instants import Period, Periods
from tier_svc.domain.ladder import AllOf, AtLeast, AtMost, Ladder, Leaf, Test, leaves
from tier_svc.domain.measures import (
    EVERYTHING,
    Calendar,
    Lifetime,
    Measure,
    Metric,
    Rolling,
    Visits,
)

COUNTED = frozenset({Metric.SPEND, Metric.VISITS, Metric.POINTS})
WINDOWS = (Rolling, Calendar, Lifetime)


class Times(NamedTuple):
    """Each from a moment until another of the same member: in order, never touching. What does not
    end is over at the horizon.
    """

    from_at: Column
    to_at: Column


class Profiles(NamedTuple):
    """The values of a measure: each from its moment on, until the next. A member's last is 0."""

    moments: Column
    values: Column


class Shares(NamedTuple):
    """What counts, and for how long."""

    from_at: Column
    to_at: Column
    amounts: Column


Lowest = Mapping[Measure, int]
"""The lowest threshold at which anything asks for a measure."""


def is_counted(measure: Measure) -> bool:
    """Whether a measure is of those that are calculated for many members at once."""
    return (
        measure.metric in COUNTED
        and isinstance(measure.window, WINDOWS)
        and measure.only == EVERYTHING
    )


def lowest_of(ladders: Sequence[Ladder]) -> dict[Measure, int]:
    """The lowest threshold of each measure."""
    out: dict[Measure, int] = {}
    for leaf in _leaves(ladders):
        out[leaf.measure] = min(leaf.threshold, out.get(leaf.measure, leaf.threshold))
    return out


def highest_of(ladders: Sequence[Ladder]) -> int:
    """The highest threshold of all measures."""
    return max((leaf.threshold for leaf in _leaves(ladders)), default=0)


class Counting:
    """Counts one side's measures, each once. `crowd` is what counts by its ladder."""

    def __init__(self, crowd: Crowd, zone: ZoneInfo, reach: Reach, lowest: Lowest) -> None:
        self.crowd, self.zone, self.reach = crowd, zone, reach
        self._lowest = lowest
        self._profiles: dict[Measure, Profiles] = {}

    def met(self, test: Test) -> Times:
        """When a test is met."""
        if isinstance(test, AtLeast):
            return _reaching(
                self._profile(test.measure), self._scaled(test.measure, test.threshold)
            )
        assert not isinstance(test, AtMost), "columns know no complaints"
        parts = [self.met(part) for part in test.parts]
        return _covered(parts, len(parts) if isinstance(test, AllOf) else 1)

    def looked_at(self, found: Times, period: Period) -> Times:
        """When a test counts as met that is looked at when a period ends."""
        end = ending(Periods(period, 1), self.zone, self.reach)
        return _covered([Times(*(self.reach.moved(moments, end) for moments in found))], 1)

    def _profile(self, measure: Measure) -> Profiles:
        if measure not in self._profiles:
            self._profiles[measure] = _profile(self._shares(measure))
        return self._profiles[measure]

    def _shares(self, measure: Measure) -> Shares:
        """Nobody whose whole history is below the lowest threshold ever meets anything."""
        amounts = _amounts(self.crowd, measure)
        is_in = _may_reach(self.crowd, amounts, self._scaled(measure, self._lowest[measure]))
        if measure.visits is Visits.DAYS:
            is_in &= self.crowd.visits > 0
        crowd = self.crowd if is_in.all() else self.crowd.where(is_in)
        if crowd is not self.crowd:
            amounts = amounts[is_in]
        begun = self.reach.moments(crowd.owner, crowd.at)
        gone = self.reach.moments(crowd.owner, self._leaving(measure)(crowd.at))
        if measure.visits is Visits.DAYS:
            days = (crowd.owner << 32) + local_days(self.zone, self.reach)(crowd.at)
            return _once(days, begun, gone)
        return Shares(begun, gone, amounts)

    def _scaled(self, measure: Measure, threshold: int) -> int:
        return threshold * self.crowd.scale if measure.metric is Metric.SPEND else threshold

    def _leaving(self, measure: Measure) -> Sum:
        window = measure.window
        if isinstance(window, Rolling):
            return adding(window.span, self.zone, self.reach)
        if isinstance(window, Calendar):
            return ending(Periods(window.period, 1), self.zone, self.reach)
        horizon = self.reach.horizon
        return lambda at: np.full_like(at, horizon)


def _leaves(ladders: Sequence[Ladder]) -> Iterator[Leaf]:
    tests = (rung.test for ladder in ladders for rung in ladder.rungs)
    return (leaf for test in tests if test for leaf in leaves(test))


def _amounts(crowd: Crowd, measure: Measure) -> Column:
    if measure.metric is Metric.SPEND:
        return crowd.spend
    if measure.point_type is not None:
        return crowd.points[measure.point_type]
    return crowd.visits


def _may_reach(crowd: Crowd, amounts: Column, lowest: int) -> Flags:
    """Which purchases are of members whose whole history comes to the lowest threshold."""
    if not amounts.size:
        return np.zeros(0, dtype=np.bool_)
    first = np.flatnonzero(is_first_of(crowd.owner))
    totals = np.add.reduceat(amounts, first)
    return np.repeat(totals >= lowest, np.diff(np.append(first, amounts.size)))


def _once(days: Column, begun: Column, gone: Column) -> Shares:
    """A day counts once, from its first purchase until its last leaves the window. Days come in
    order, but where a clock goes back over midnight.
    """
    if (days[1:] < days[:-1]).any():
        order = np.argsort(days, kind="stable")
        days, begun, gone = days[order], begun[order], gone[order]
    first = np.flatnonzero(is_first_of(days))
    if not first.size:
        return Shares(begun, gone, gone)
    until = np.maximum.reduceat(gone, first)
    return Shares(begun[first], until, np.ones_like(until))


def _profile(shares: Shares) -> Profiles:
    """What comes and what leaves at one instant is taken together."""
    moments = np.concatenate((shares.from_at, shares.to_at))
    order = np.argsort(moments, kind="stable")
    moments = moments[order]
    values = np.cumsum(np.concatenate((shares.amounts, -shares.amounts))[order])
    is_last = is_last_of(moments)
    return Profiles(moments[is_last], values[is_last])


def _covered(parts: Sequence[Times], times: int) -> Times:
    """Where at least that many of the parts are."""
    from_at = np.concatenate([part.from_at for part in parts])
    to_at = np.concatenate([part.to_at for part in parts])
    return _reaching(_profile(Shares(from_at, to_at, np.ones_like(from_at))), times)


def _reaching(profiles: Profiles, threshold: int) -> Times:
    is_met = profiles.values >= threshold
    was_met = np.append(False, is_met[:-1])
    begun = profiles.moments[is_met & ~was_met]
    return Times(begun, profiles.moments[was_met & ~is_met])
