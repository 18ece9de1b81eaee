"""Time in the programme's zone (E7): wall clocks are added to, the result is an instant in UTC.

A wall time that a zone skips is moved on by the gap; of one that it has twice, the first is meant.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.programme import Calendar, Period, Span

MONTHS_OF: dict[Period, int] = {"month": 1, "quarter": 3, "year": 12}
INSTANT = timedelta(microseconds=1)


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def midnight(year: int, month: int, zone: ZoneInfo) -> datetime:
    """The first instant of a month; the 13th is the first of the next year."""
    years, month = divmod(month - 1, 12)
    return datetime(year + years, month + 1, 1, tzinfo=zone).astimezone(UTC)


def plus(at: datetime, span: Span, zone: ZoneInfo) -> datetime:
    """`at` moved on by `span` on the zone's wall clock."""
    if span == Span():
        return at
    wall = at.astimezone(zone).replace(tzinfo=None)
    year, month = divmod(wall.year * 12 + wall.month - 1 + span.months, 12)
    day = min(wall.day, monthrange(year, month + 1)[1])
    return instant(wall.replace(year=year, month=month + 1, day=day) + timedelta(span.days), zone)


def period_start(at: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """The last one that began by `at`; what begins twice begins with the first."""
    wall = at.astimezone(zone)
    month = wall.month - (wall.month - 1) % MONTHS_OF[period]
    here, following = (midnight(wall.year, n, zone) for n in (month, month + MONTHS_OF[period]))
    return following if following <= at else here


def period_end(at: datetime, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """The end of the n-th period, counting the one that contains `at`."""
    start = period_start(at, calendar.period, zone).astimezone(zone)
    return midnight(start.year, start.month + MONTHS_OF[calendar.period] * calendar.n, zone)
