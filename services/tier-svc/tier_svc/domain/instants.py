"""Calendar arithmetic in the programme's zone (E7). Instants go in and come out in UTC.

A sum is made on the wall clock of the zone and clamped to the month's last day. A wall time that
occurs twice means its first occurrence; one that a clock change leaves out means the instant that
the offset before the change gives it.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

TICK = timedelta(microseconds=1)
"""The smallest step of time that PostgreSQL and Python both keep."""


class Period(StrEnum):
    """A calendar period."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS_IN = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time on the wall clock: months or days, never both."""

    months: int = 0
    days: int = 0


NONE = Span()


@dataclass(frozen=True, slots=True)
class Periods:
    """`count` whole calendar periods."""

    period: Period
    count: int


def after(at: datetime, span: Span, zone: ZoneInfo) -> datetime:
    """The instant `span` later on the zone's wall clock: 31 January and one month is the last day
    of February.
    """
    if span == NONE:
        return at
    wall = at.astimezone(zone)
    if span.months:
        return _plus_months(wall, span.months).astimezone(UTC)
    return (wall + timedelta(days=span.days)).replace(fold=0).astimezone(UTC)


def before(at: datetime, span: Span, zone: ZoneInfo) -> datetime:
    """The wall time `span` earlier, clamped. For showing a window only: what counts is decided by
    `after`.
    """
    return after(at, Span(months=-span.months, days=-span.days), zone)


def start_of(at: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """The first instant of the calendar period that contains `at`."""
    return _begin(at, period, zone).astimezone(UTC)


def end_of(at: datetime, periods: Periods, zone: ZoneInfo) -> datetime:
    """The end of the n-th calendar period, counting the one that contains `at` as the first."""
    begin = _begin(at, periods.period, zone)
    return _plus_months(begin, MONTHS_IN[periods.period] * periods.count).astimezone(UTC)


def anniversary_after(at: datetime, enrolled_at: datetime, zone: ZoneInfo) -> datetime:
    """The end of the membership year that contains `at`: years begin at the local midnight of the
    enrolment's date, 29 February on the 28th in common years. There are years before the first.
    """
    first = enrolled_at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    years = at.astimezone(zone).year - first.year
    for count in (years, years + 1):
        end = _plus_months(first, 12 * count).astimezone(UTC)
        if end > at:
            return end
    return _plus_months(first, 12 * (years + 2)).astimezone(UTC)


def _begin(at: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """A period runs from first midnight to first midnight: where a clock goes back over one, what
    reads as the day before is of the period that has begun.
    """
    wall = at.astimezone(zone)
    months = MONTHS_IN[period]
    first = wall.month - (wall.month - 1) % months
    begin = datetime(wall.year, first, 1, tzinfo=zone)
    following = _plus_months(begin, months)
    return following if following.astimezone(UTC) <= at else begin


def _plus_months(wall: datetime, months: int) -> datetime:
    years, month = divmod(wall.month - 1 + months, 12)
    year, month, day = wall.year + years, month + 1, wall.day
    if day > 28:
        day = min(day, monthrange(year, month)[1])
    return wall.replace(year=year, month=month, day=day, fold=0)
