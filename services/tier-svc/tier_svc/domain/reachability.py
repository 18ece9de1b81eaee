"""Whether every rung can be seen: meeting a rung's test must not always meet a higher one's too."""

from collections.abc import Iterator, Sequence
from itertools import product

from tier_svc.domain.instants import MONTHS_IN
from tier_svc.domain.ladder import AllOf, AtLeast, AtMost, Leaf, Rung, Test, meets
from tier_svc.domain.measures import EVERYTHING, Calendar, Lifetime, Measure, Rolling, Window

WAYS_MAX = 256
Way = tuple[Leaf, ...]
"""Leaves that together meet a test."""


def ways(test: Test) -> list[Way]:
    """The ways to meet a test, in its order; a tree with very many is told by its first ones."""
    if isinstance(test, Leaf):
        return [(test,)]
    parts = [ways(part) for part in test.parts]
    if isinstance(test, AllOf):
        several = (sum(chosen, ()) for _, chosen in zip(range(WAYS_MAX), product(*parts)))  # noqa: B905
        return list(several)
    return [way for part in parts for way in part][:WAYS_MAX]


def order_flaws(rungs: Sequence[Rung]) -> Iterator[tuple[int, str]]:
    """Rungs that nobody is ever seen on because a higher one is met at once: (rank, code)."""
    for rank, rung in enumerate(rungs):
        above = rungs[rank + 1 :]
        higher = [other.test for other in above if other.test and other.needs is None]
        if rung.test is None:
            continue
        if any(implies(rung.test, other) for other in higher):
            is_plain = isinstance(rung.test, AtLeast)
            yield rank, "thresholds_out_of_order" if is_plain else "unreachable"
        elif all(map(_contradicts_itself, ways(rung.test))):
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


def _contradicts_itself(way: Way) -> bool:
    """Whether it wants more of something than it allows."""
    few: dict[Measure, int] = {}
    for leaf in way:
        if isinstance(leaf, AtMost):
            few[leaf.measure] = min(leaf.threshold, few.get(leaf.measure, leaf.threshold))
    many = (leaf for leaf in way if isinstance(leaf, AtLeast))
    return any(leaf.threshold > few.get(leaf.measure, leaf.threshold) for leaf in many)


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
    """Whether all that counts by the one counts by the other too."""
    is_same = _what(wide) == _what(narrow) and wide.only in {EVERYTHING, narrow.only}
    return is_same and _contains(wide.window, narrow.window)


def _what(measure: Measure) -> tuple[object, ...]:
    kinds = frozenset(measure.kinds)
    return measure.metric, measure.visits, measure.point_type, kinds, measure.attribute


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
