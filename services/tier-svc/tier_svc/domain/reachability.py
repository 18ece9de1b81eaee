"""Whether every rung can be seen: its test can be met, and meeting it must not always meet a
higher one's too.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from tier_svc.domain.instants import MONTHS_IN, Span, after
from tier_svc.domain.ladder import AllOf, AtLeast, AtMost, Leaf, Rung, Test, meets
from tier_svc.domain.measures import (
    EVERYTHING,
    Anniversary,
    Calendar,
    Lifetime,
    Measure,
    Metric,
    Rolling,
    Visits,
    Window,
)

WAYS_MAX = 324
"""All ways of 16 leaves, which a test may have: three to choose from four times, and four once."""
LENGTHS_MAX = 512
YEAR = 12
ANY_ZONE = ZoneInfo("UTC")
Way = tuple[Leaf, ...]
"""Leaves that together meet a test."""


def ways(test: Test) -> list[Way]:
    """The ways to meet a test, in its order."""
    if isinstance(test, Leaf):
        return [(test,)]
    parts = [ways(part) for part in test.parts]
    if isinstance(test, AllOf):
        several = (sum(chosen, ()) for _, chosen in zip(range(WAYS_MAX), product(*parts)))  # noqa: B905
        return list(several)
    return [way for part in parts for way in part][:WAYS_MAX]


def order_flaws(rungs: Sequence[Rung]) -> Iterator[tuple[int, str]]:
    """Rungs that nobody is ever seen on, because a higher one is met at once or because their own
    test never is: (rank, code).
    """
    for rank, rung in enumerate(rungs):
        above = rungs[rank + 1 :]
        higher = [other.test for other in above if other.test and other.needs is None]
        if rung.test is None:
            continue
        if any(implies(rung.test, other) for other in higher):
            is_plain = isinstance(rung.test, AtLeast)
            yield rank, "thresholds_out_of_order" if is_plain else "unreachable"
        elif not any(map(_can_be_met, ways(rung.test))):
            yield rank, "unreachable"


def meets_nothing(test: Test) -> bool:
    """Whether a test is met by who has done nothing at all."""
    return meets(test, lambda _: 0)


def holds_for_ever(test: Test, *, may: bool) -> bool:
    """Whether a test that is met stays met if nothing is bought any more: `may`, or surely. Who has
    few complaints may keep it so.
    """
    if isinstance(test, AtMost):
        return may
    if isinstance(test, AtLeast):
        return isinstance(test.measure.window, Lifetime)
    parts = [holds_for_ever(part, may=may) for part in test.parts]
    return all(parts) if isinstance(test, AllOf) or not may else any(parts)


def implies(test: Test, other: Test) -> bool:
    """Whether meeting `test` surely meets `other` at the same instant."""
    return all(_meets(way, other) for way in ways(test))


@lru_cache(maxsize=LENGTHS_MAX)
def longest_days(months: int) -> int:
    """The days of so many calendar months in a row, where they are most: 31 of one, 366 of 12."""
    firsts = (datetime(2000 + n // YEAR, n % YEAR + 1, 1, tzinfo=UTC) for n in range(4 * YEAR))
    return max((after(at, Span(months=months), ANY_ZONE) - at).days for at in firsts)


def most(measure: Measure) -> int | None:
    """What a measure can reach at any instant; empty where nothing bounds it. A task counts once,
    and so does a day: a span that begins within a day ends within another.
    """
    if measure.metric is Metric.TASKS:
        return len(measure.kinds)
    if measure.visits is not Visits.DAYS or isinstance(measure.window, Lifetime):
        return None
    if isinstance(measure.window, Rolling):
        span = measure.window.span
        return (longest_days(span.months) if span.months else span.days) + 1
    if isinstance(measure.window, Anniversary):
        return longest_days(YEAR)
    return longest_days(MONTHS_IN[measure.window.period])


def _can_be_met(way: Way) -> bool:
    """Whether it wants no more of anything than it allows, or than there can be."""
    many = [leaf for leaf in way if isinstance(leaf, AtLeast)]
    few = [leaf for leaf in way if isinstance(leaf, AtMost)]
    for leaf in many:
        reach = most(leaf.measure)
        if reach is not None and leaf.threshold > reach:
            return False
    return not any(
        leaf.threshold > limit.threshold and _is_wider(limit.measure, leaf.measure)
        for leaf in many
        for limit in few
    )


def _meets(way: Way, test: Test) -> bool:
    if isinstance(test, Leaf):
        return any(_covers(leaf, test) for leaf in way)
    parts = (_meets(way, part) for part in test.parts)
    return all(parts) if isinstance(test, AllOf) else any(parts)


def _covers(leaf: Leaf, other: Leaf) -> bool:
    if isinstance(leaf, AtLeast) and isinstance(other, AtLeast):
        return _is_wider(other.measure, leaf.measure) and leaf.threshold >= other.threshold
    if isinstance(leaf, AtMost) and isinstance(other, AtMost):
        return _is_wider(leaf.measure, other.measure) and leaf.threshold <= other.threshold
    return False


def _is_wider(wide: Measure, narrow: Measure) -> bool:
    """Whether all that counts by the one counts by the other too. A day is no more than its
    orders.
    """
    is_same = _what(wide) == _what(narrow) and wide.visits in {narrow.visits, Visits.ORDERS}
    is_same = is_same and wide.only in {EVERYTHING, narrow.only}
    return is_same and _contains(wide.window, narrow.window)


def _what(measure: Measure) -> tuple[object, ...]:
    return measure.metric, measure.point_type, frozenset(measure.kinds), measure.attribute


def _contains(wide: Window, narrow: Window) -> bool:
    """Whether what counts in `narrow` always counts in `wide` too."""
    if isinstance(wide, Lifetime) or wide == narrow:
        return True
    if isinstance(wide, Calendar) and isinstance(narrow, Calendar):
        return MONTHS_IN[wide.period] >= MONTHS_IN[narrow.period]
    if isinstance(wide, Rolling) and isinstance(narrow, Rolling):
        is_months = wide.span.months >= narrow.span.months > 0
        return is_months or wide.span.days >= narrow.span.days > 0
    return False
