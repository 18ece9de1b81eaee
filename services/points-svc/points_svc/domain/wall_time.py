"""Calendar arithmetic in the programme's zone (E7): wall time is added to, never instants."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

YEARS_MAX = 1_000
MONTHS_MAX = 12 * YEARS_MAX


def add_months(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same wall time `months` later, clamped to the month's last day; in UTC."""
    local = at.astimezone(zone)
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day, fold=0).astimezone(UTC)


def add_days(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same wall time `days` later; in UTC."""
    return (at.astimezone(zone) + timedelta(days=days)).replace(fold=0).astimezone(UTC)


def end_of_month(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The first instant after the calendar month that ends `months` months after the one that
    contains `at`; in UTC.
    """
    local = at.astimezone(zone)
    return _month_begins(local.year, local.month + months + 1, zone)


def end_of_quarter(at: datetime, quarters: int, zone: ZoneInfo) -> datetime:
    """The first instant after the calendar quarter that ends `quarters` quarters after the one that
    contains `at`; in UTC.
    """
    local = at.astimezone(zone)
    first = local.month - (local.month - 1) % 3
    return _month_begins(local.year, first + 3 * (quarters + 1), zone)


def end_of_year(at: datetime, years: int, zone: ZoneInfo) -> datetime:
    """The first instant after the calendar year that ends `years` years after the one that contains
    `at`; in UTC.
    """
    return _year_begins(at.astimezone(zone).year + years + 1, zone)


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February is the 28th in common years."""
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def first_day_without(ends_at: datetime, zone: ZoneInfo) -> date:
    """The first whole day after something that ends at `ends_at`: that very day only if it ends at
    midnight.
    """
    local = ends_at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return local.date() if local == midnight else local.date() + timedelta(days=1)


def month_around(at: datetime, zone: ZoneInfo) -> tuple[str, datetime, datetime]:
    """The month of `at` as `YYYY-MM`, its first instant and the first instant after it; in UTC."""
    local = at.astimezone(zone)
    begins = _month_begins(local.year, local.month, zone)
    return f"{local:%Y-%m}", begins, _month_begins(local.year, local.month + 1, zone)


def day_begins(on: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, in UTC."""
    return datetime(on.year, on.month, on.day, tzinfo=zone).astimezone(UTC)


@lru_cache(YEARS_MAX)
def _year_begins(year: int, zone: ZoneInfo) -> datetime:
    """The first instant of a year, in UTC: the same for most facts of a batch."""
    return datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)


@lru_cache(MONTHS_MAX)
def _month_begins(year: int, month: int, zone: ZoneInfo) -> datetime:
    """The first instant of the month-th month from January of a year on; in UTC."""
    over, month = divmod(month - 1, 12)
    return datetime(year + over, month + 1, 1, tzinfo=zone).astimezone(UTC)
