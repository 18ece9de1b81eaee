"""Metrics over time, and when a test is met (T1, T2). Everything is a step function, constant
between instants.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tier_svc.domain.facts import Fact, Value
from tier_svc.domain.instants import Periods, after, end_of
from tier_svc.domain.ladder import (
    AllOf,
    AtLeast,
    Calendar,
    Measure,
    Metric,
    Rolling,
    Test,
    Visits,
    Window,
)

Profile = Sequence[tuple[datetime, Value]]
"""The values of a metric: each from its instant on, until the next. Before the first it is 0."""

Profiles = Mapping[Measure, Profile]


class Share(NamedTuple):
    """What one fact adds to a metric in [from_at, to_at); `to_at` empty: for ever."""

    from_at: datetime
    to_at: datetime | None
    value: Value


class Met(NamedTuple):
    """A test is met in [from_at, to_at), and at no instant next to it."""

    from_at: datetime
    to_at: datetime | None


def leaves_at(at: datetime, window: Window, zone: ZoneInfo) -> datetime | None:
    """The first instant at which a fact of `at` no longer counts."""
    if isinstance(window, Rolling):
        return after(at, window.span, zone)
    if isinstance(window, Calendar):
        return end_of(at, Periods(window.period, 1), zone)
    return None


def shares(measure: Measure, facts: Iterable[Fact], zone: ZoneInfo) -> list[Share]:
    """What each fact adds to the measure, and for how long."""
    amount = _amount_of(measure)
    found = [
        Share(fact.occurred_at, leaves_at(fact.occurred_at, measure.window, zone), value)
        for fact in facts
        if (value := amount(fact))
    ]
    return _by_day(found, zone) if measure.visits is Visits.DAYS else found


def counts_at(measure: Measure, fact: Fact, at: datetime, zone: ZoneInfo) -> Value:
    """What one fact adds at an instant; 0 where it does not count (any more)."""
    if fact.occurred_at > at:
        return 0
    to_at = leaves_at(fact.occurred_at, measure.window, zone)
    return _amount_of(measure)(fact) if to_at is None or at < to_at else 0


def profile(found: Sequence[Share]) -> list[tuple[datetime, Value]]:
    """Sum the shares. What comes and what leaves at one instant is taken together."""
    changes = [(from_at, value) for from_at, _, value in found]
    changes += [(to_at, -value) for _, to_at, value in found if to_at is not None]
    changes.sort(key=itemgetter(0))
    out: list[tuple[datetime, Value]] = []
    value: Value = 0
    last = None
    for at, change in changes:
        value += change
        if at == last:
            out[-1] = (at, value)
        else:
            out.append((at, value))
            last = at
    return out


def value_at(values: Profile, at: datetime) -> Value:
    """The value at an instant, its own facts included."""
    place = bisect_right(values, at, key=itemgetter(0))
    return values[place - 1][1] if place else 0


def profiles(measures: Iterable[Measure], facts: Sequence[Fact], zone: ZoneInfo) -> Profiles:
    """Each measure over time."""
    return {measure: profile(shares(measure, facts, zone)) for measure in measures}


def met(test: Test, values: Profiles) -> list[Met]:
    """When a test is met: disjoint, in order, never touching. A met test only begins with a
    fact.
    """
    if isinstance(test, AtLeast):
        return _reaching(values[test.measure], test.threshold)
    parts = [
        Share(part.from_at, part.to_at, 1) for each in test.parts for part in met(each, values)
    ]
    return _reaching(profile(parts), len(test.parts) if isinstance(test, AllOf) else 1)


def _reaching(values: Profile, threshold: int) -> list[Met]:
    out: list[Met] = []
    begun: datetime | None = None
    for at, value in values:
        if begun is None:
            if value >= threshold:
                begun = at
        elif value < threshold:
            out.append(Met(begun, at))
            begun = None
    if begun is not None:
        out.append(Met(begun, None))
    return out


def _amount_of(measure: Measure) -> Callable[[Fact], Value]:
    if measure.metric is Metric.SPEND:
        return lambda fact: fact.spend
    if measure.metric is Metric.VISITS:
        return lambda fact: fact.visits
    point_type = measure.point_type
    assert point_type is not None, "a measure of points names its point type"
    return lambda fact: fact.points.get(point_type, 0)


def _by_day(found: Iterable[Share], zone: ZoneInfo) -> list[Share]:
    """One share per local day: from its first order until its last one leaves."""
    out = []
    for _, day in groupby(found, key=lambda share: share.from_at.astimezone(zone).date()):
        orders = list(day)
        ends = [order.to_at for order in orders if order.to_at is not None]
        out.append(Share(orders[0].from_at, max(ends) if ends else None, 1))
    return out
