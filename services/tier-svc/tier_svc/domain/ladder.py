"""A ladder: ordered rungs, the lowest of them the base that everyone stands on (T2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from tier_svc.domain.instants import NONE, Period, Periods, Span


class Metric(StrEnum):
    """What is counted. Spend in minor units, net of returns; points as posted, before any burn."""

    SPEND = "spend"
    VISITS = "visits"
    POINTS = "points"


class Visits(StrEnum):
    """What one visit is: an order, or a day with at least one order."""

    ORDERS = "orders"
    DAYS = "days"


class Renewal(StrEnum):
    """Whether every instant at which the test is met begins the stay anew, or only its end re-
    tests.
    """

    CONTINUOUS = "continuous"
    AT_PERIOD_END = "at_period_end"


class Downgrade(StrEnum):
    """Where the end of a rung leads: to the best rung in force, or to the next lower one."""

    BEST = "best"
    ONE_STEP = "one_step"


@dataclass(frozen=True, slots=True)
class Rolling:
    """A fact at a counts at t iff a ≤ t < a + span (E7)."""

    span: Span


@dataclass(frozen=True, slots=True)
class Calendar:
    """A fact counts in its own calendar period."""

    period: Period


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A fact counts for ever."""


Window = Rolling | Calendar | Lifetime


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric over a window. `visits` and `point_type` stand where the metric needs them."""

    metric: Metric
    window: Window
    visits: Visits | None = None
    point_type: str | None = None

    @property
    def name(self) -> str:
        """How answers call it: `spend`, `visits`, or the point type."""
        return self.point_type or str(self.metric)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A leaf of a test: the measure has reached the threshold."""

    measure: Measure
    threshold: int


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part is met."""

    parts: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is met."""

    parts: tuple["Test", ...]


Test = AtLeast | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Rung:
    """One tier and the way to reach and keep it. The base rung has no test and is always in
    force.
    """

    tier: str
    test: Test | None = None
    stay: Span | Periods | None = None
    renewal: Renewal = Renewal.CONTINUOUS
    minimum_stay: Span = NONE
    grace: Span = NONE
    downgrade: Downgrade = Downgrade.BEST


@dataclass(frozen=True)
class Ladder:
    """All rungs of one version, lowest first. A rung's place is its rank."""

    name: str
    version: int
    rungs: tuple[Rung, ...]

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure that a rung asks for, once, in the order of the rungs."""
        return tuple(dict.fromkeys(leaf.measure for leaf in self._leaves()))

    @cached_property
    def point_types(self) -> frozenset[str]:
        """The point types that a fact needs to have been heard of before it counts (T3)."""
        return frozenset(m.point_type for m in self.measures if m.point_type is not None)

    def _leaves(self) -> Iterator[AtLeast]:
        for rung in self.rungs:
            if rung.test is not None:
                yield from leaves(rung.test)


def leaves(test: Test) -> Iterator[AtLeast]:
    """The leaves of a test, left to right."""
    if isinstance(test, AtLeast):
        yield test
        return
    for part in test.parts:
        yield from leaves(part)
