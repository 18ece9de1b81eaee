"""A ladder: ordered rungs, the lowest of them the base that everyone stands on (T2)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from tier_svc.domain.instants import NONE, Period, Periods, Span
from tier_svc.domain.measures import ACTIVITY_METRICS, EVERYTHING, Measure, Metric


class Renewal(StrEnum):
    """Whether every instant at which the test is met begins the stay anew, or only its end re-
    tests.
    """

    CONTINUOUS = "continuous"
    AT_PERIOD_END = "at_period_end"


class Downgrade(StrEnum):
    """Where the end of a rung leads: to the best rung in force, to the next lower one, or nowhere:
    then the rung, once reached, is kept.
    """

    BEST = "best"
    ONE_STEP = "one_step"
    NONE = "none"


class Pass(StrEnum):
    """What a member needs besides the test to be on a rung; without a test it alone leads there."""

    INVITATION = "invitation"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A leaf of a test: the measure has reached the threshold."""

    measure: Measure
    threshold: int


@dataclass(frozen=True, slots=True)
class AtMost:
    """A leaf of a test: the measure is not above the threshold. It is met before anything happened,
    and again when enough has left the window.
    """

    measure: Measure
    threshold: int


Leaf = AtLeast | AtMost


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part is met."""

    parts: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is met."""

    parts: tuple["Test", ...]


Test = Leaf | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Rung:
    """One tier and the way to reach and keep it. The base rung has no test and is always in
    force; a rung above it without one is reached by its pass alone.

    `floor` is a tier that a member who has reached this rung never falls below.
    """

    tier: str
    test: Test | None = None
    stay: Span | Periods | None = None
    renewal: Renewal = Renewal.CONTINUOUS
    minimum_stay: Span = NONE
    grace: Span = NONE
    downgrade: Downgrade = Downgrade.BEST
    floor: str | None = None
    needs: Pass | None = None


@dataclass(frozen=True)
class Ladder:
    """All rungs of one version, lowest first. A rung's place is its rank.

    `evaluated`: tests are looked at when such a period ends, for the whole next one; empty: at
    once. `on_return`: how long after its effect a return is looked at; empty: at once (T4).
    """

    name: str
    version: int
    rungs: tuple[Rung, ...]
    evaluated: Period | None = None
    on_return: Span | Periods | None = None

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure that a rung asks for, once, in the order of the rungs."""
        return tuple(dict.fromkeys(leaf.measure for leaf in self._leaves()))

    @cached_property
    def point_types(self) -> frozenset[str]:
        """The point types that a fact needs to have been heard of before it counts (T3)."""
        return frozenset(m.point_type for m in self.measures if m.point_type is not None)

    @cached_property
    def has_filters(self) -> bool:
        """Whether it asks where and what was bought, not only for how much."""
        bought = (Metric.SPEND, Metric.VISITS)
        return any(m.metric in bought and m.only != EVERYTHING for m in self.measures)

    @cached_property
    def has_activities(self) -> bool:
        """Whether it asks for what members do besides buying."""
        return any(m.metric in ACTIVITY_METRICS for m in self.measures)

    @cached_property
    def has_attributes(self) -> bool:
        """Whether it asks for what staff set."""
        return any(m.metric is Metric.ATTRIBUTES for m in self.measures)

    @cached_property
    def ranks(self) -> dict[str, int]:
        """The rank of each tier."""
        return {rung.tier: rank for rank, rung in enumerate(self.rungs)}

    @cached_property
    def has_complaints(self) -> bool:
        """Whether it asks for complaints."""
        return any(m.metric is Metric.COMPLAINTS for m in self.measures)

    def _leaves(self) -> Iterator[Leaf]:
        for rung in self.rungs:
            if rung.test is not None:
                yield from leaves(rung.test)


def leaves(test: Test) -> Iterator[Leaf]:
    """The leaves of a test, left to right."""
    if isinstance(test, Leaf):
        yield test
        return
    for part in test.parts:
        yield from leaves(part)


def lacks(leaf: Leaf, value: Fraction | int) -> Fraction | int:
    """How far a value is from meeting a leaf, up or down; not above 0 where it is met."""
    return leaf.threshold - value if isinstance(leaf, AtLeast) else value - leaf.threshold


def meets(test: Test, value: Callable[[Measure], Fraction | int]) -> bool:
    """Whether a test is met where each measure has this value."""
    if isinstance(test, Leaf):
        return lacks(test, value(test.measure)) <= 0
    parts = (meets(part, value) for part in test.parts)
    return all(parts) if isinstance(test, AllOf) else any(parts)
