"""Metrics over time, and when a test is met (T1, T2). Everything is a step function, constant
between instants.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import NamedTuple

from tier_svc.domain.amounts import amount_of, counted_once
from tier_svc.domain.days import adding, ending
from tier_svc.domain.facts import Fact, Setting, Value
from tier_svc.domain.instants import Period, Periods, anniversary_after
from tier_svc.domain.ladder import AllOf, AtLeast, AtMost, Test
from tier_svc.domain.measures import (
    Anniversary,
    Calendar,
    Frame,
    Measure,
    Metric,
    Rolling,
    Window,
)

Profile = Sequence[tuple[datetime, Value]]
"""The values of a metric: each from its instant on, until the next. Before the first it is 0."""

Profiles = Mapping[Measure, Profile]

BEGINNING = datetime.min.replace(tzinfo=UTC)


class Share(NamedTuple):
    """What one fact adds to a metric in [from_at, to_at); `to_at` empty: for ever."""

    from_at: datetime
    to_at: datetime | None
    value: Value


class Met(NamedTuple):
    """A test is met in [from_at, to_at), and at no instant next to it."""

    from_at: datetime
    to_at: datetime | None


def leaving(window: Window, frame: Frame) -> Callable[[datetime], datetime | None]:
    """Tells the first instant at which a fact of an instant no longer counts."""
    if isinstance(window, Rolling):
        return adding(window.span, frame.zone)
    if isinstance(window, Calendar):
        return ending(Periods(window.period, 1), frame.zone)
    if isinstance(window, Anniversary):
        return lambda at: anniversary_after(at, frame.enrolled_at, frame.zone)
    return lambda _: None


def shares(measure: Measure, facts: Iterable[Fact], frame: Frame) -> list[Share]:
    """What each fact adds to the measure, and for how long. A day or a task counts once, as long as
    anything of it does; an attribute until it is set anew.
    """
    amount, leaves_at = amount_of(measure), leaving(measure.window, frame)
    counting = ((fact, value) for fact in facts if (value := amount(fact)))
    if measure.metric is Metric.ATTRIBUTES:
        return _until_the_next(facts, measure, leaves_at)
    once = counted_once(measure, frame.zone)
    if once is None:
        return [
            Share(fact.occurred_at, leaves_at(fact.occurred_at), value) for fact, value in counting
        ]
    return _once(
        (once(fact), Met(fact.occurred_at, leaves_at(fact.occurred_at))) for fact, _ in counting
    )


def counts_at(measure: Measure, fact: Fact, at: datetime, frame: Frame) -> Value:
    """What one fact adds at an instant; 0 where it does not count (any more)."""
    if fact.occurred_at > at:
        return 0
    to_at = leaving(measure.window, frame)(fact.occurred_at)
    return amount_of(measure)(fact) if to_at is None or at < to_at else 0


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


def profiles(measures: Iterable[Measure], facts: Sequence[Fact], frame: Frame) -> Profiles:
    """Each measure over time."""
    return {measure: profile(shares(measure, facts, frame)) for measure in measures}


def met(test: Test, values: Profiles, frozen_at: datetime | None = None) -> list[Met]:
    """When a test is met: disjoint, in order, never touching. A met test begins with a fact, or
    where one that it wants few of leaves the window; the latter not from `frozen_at` on.
    """
    if isinstance(test, AtLeast):
        return _reaching(values[test.measure], test.threshold)
    if isinstance(test, AtMost):
        return _staying(values[test.measure], test.threshold, frozen_at)
    every = [part for each in test.parts for part in met(each, values, frozen_at)]
    return covered(every, len(test.parts) if isinstance(test, AllOf) else 1)


def covered(parts: Iterable[Met], times: int) -> list[Met]:
    """Where at least that many of the parts are."""
    return _reaching(profile([Share(part.from_at, part.to_at, 1) for part in parts]), times)


def looked_at(found: Iterable[Met], period: Period, frame: Frame) -> list[Met]:
    """When a test counts as met that is looked at when a period ends: what it was just before holds
    for the whole next period.
    """
    end = ending(Periods(period, 1), frame.zone)
    each = [Met(end(one.from_at), end(one.to_at) if one.to_at else None) for one in found]
    return covered((one for one in each if one.from_at != one.to_at), 1)


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


def _staying(values: Profile, threshold: int, frozen_at: datetime | None) -> list[Met]:
    """When a measure is not above the threshold: from the beginning of time, where it is 0. From
    `frozen_at` on it is what it was just before.
    """
    if frozen_at is not None:
        values = values[: bisect_left(values, frozen_at, key=itemgetter(0))]
    turned = [(BEGINNING, 0), *((at, -value) for at, value in values)]
    return _reaching(turned, -threshold)


def _once(found: Iterable[tuple[Hashable, Met]]) -> list[Share]:
    """One share per name, for as long as anything of that name counts."""
    by_name: dict[Hashable, list[Met]] = {}
    for name, part in found:
        by_name.setdefault(name, []).append(part)
    return [Share(*part, 1) for parts in by_name.values() for part in covered(parts, 1)]


def _until_the_next(
    facts: Iterable[Fact], measure: Measure, leaves_at: Callable[[datetime], datetime | None]
) -> list[Share]:
    """What an attribute was set to, each time until it is set anew or leaves the window."""
    found = [
        (fact.occurred_at, fact.more.value)
        for fact in facts
        if isinstance(fact.more, Setting) and fact.more.attribute == measure.attribute
    ]
    nexts = [at for at, _ in found[1:]]
    out = []
    for (at, value), next_at in zip(found, [*nexts, None], strict=False):
        ends = [end for end in (next_at, leaves_at(at)) if end is not None]
        out.append(Share(at, min(ends, default=None), value))
    return out
