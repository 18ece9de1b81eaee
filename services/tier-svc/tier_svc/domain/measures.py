"""What is counted and over which window (T1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from tier_svc.domain.instants import Period, Span


class Metric(StrEnum):
    """What is counted. Spend in minor units, net of returns; points as posted, before any burn.

    Activities count each fact; tasks count each of their kinds once. An attribute is a number that
    staff set, with evidence, and holds until it is set anew. Complaints count while they stand: not
    once they were withdrawn or found to be unfounded.
    """

    SPEND = "spend"
    VISITS = "visits"
    POINTS = "points"
    ACTIVITIES = "activities"
    TASKS = "tasks"
    ATTRIBUTES = "attributes"
    COMPLAINTS = "complaints"


ACTIVITY_METRICS = frozenset({Metric.ACTIVITIES, Metric.TASKS})


class Severity(StrEnum):
    """How bad a complaint is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Visits(StrEnum):
    """What one visit is: an order, or a day with at least one order."""

    ORDERS = "orders"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Rolling:
    """A fact at a counts at t iff a ≤ t < a + span (E7)."""

    span: Span


@dataclass(frozen=True, slots=True)
class Calendar:
    """A fact counts in its own calendar period."""

    period: Period


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A fact counts in its own membership year: from one anniversary of the enrolment's local date
    to the next.
    """


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A fact counts for ever."""


Window = Rolling | Calendar | Anniversary | Lifetime


@dataclass(frozen=True, slots=True)
class Frame:
    """By what windows are counted: the zone of the calendar, and the enrolment of the member."""

    zone: ZoneInfo
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class Only:
    """What a measure looks at; an empty part looks at all. Categories are those of lines, or of
    complaints; severities of complaints.
    """

    categories: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()


EVERYTHING = Only()


Named = tuple[str, str | None, str | None, tuple[str, ...], Only | None]
"""As the fields of `Naming`."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How answers call a measure, so that no two that count other things look alike. `count` says
    what a visit is; `where` is empty where everything counts.
    """

    metric: str
    point_type: str | None
    count: str | None
    kinds: tuple[str, ...]
    where: Only | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric over a window. `visits`, `point_type`, `kinds` and `attribute` stand where the
    metric needs them.

    Activities of no kinds are activities of any kind.
    """

    metric: Metric
    window: Window
    visits: Visits | None = None
    point_type: str | None = None
    kinds: tuple[str, ...] = ()
    attribute: str | None = None
    only: Only = EVERYTHING

    @property
    def name(self) -> str:
        """How answers call it: the metric, or the point type or attribute it counts."""
        return self.point_type or self.attribute or str(self.metric)

    @property
    def named(self) -> Named:
        """All that tells it from another measure but its window."""
        where = None if self.only == EVERYTHING else self.only
        count = None if self.visits is None else str(self.visits)
        return self.name, self.point_type, count, self.kinds, where
