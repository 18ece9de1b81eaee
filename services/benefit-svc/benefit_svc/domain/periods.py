"""Periods of the programme's zone (E7): half-open, in local wall time, months clamped to their last
day.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

MONTHS_MAX = 1_200

Unit = Literal["days", "months", "years"]


@dataclass(frozen=True)
class Window:
    """[from_at, to_at); without `to_at` nothing ends it."""

    from_at: datetime
    to_at: datetime | None = None

    def has(self, at: datetime) -> bool:
        """Whether `at` lies within."""
        return self.from_at <= at and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        """Whether it has ended by `at`."""
        return self.to_at is not None and self.to_at <= at


@dataclass(frozen=True)
class Span:
    """A length of time in whole days, months or years."""

    unit: Unit
    count: int


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two ends, where None never comes."""
    ends = [end for end in (one, other) if end is not None]
    return min(ends) if ends else None


def overlap(one: Window, other: Window) -> Window | None:
    """What two windows have in common, if anything."""
    both = Window(max(one.from_at, other.from_at), earlier(one.to_at, other.to_at))
    return both if both.to_at is None or both.from_at < both.to_at else None


def joined(windows: list[Window]) -> tuple[Window, ...]:
    """The same instants in as few windows as possible, in order of time."""
    whole: list[Window] = []
    for window in sorted(windows, key=lambda w: w.from_at):
        last = whole[-1] if whole else None
        if last is None or (last.to_at is not None and last.to_at < window.from_at):
            whole.append(window)
        elif last.to_at is not None:
            end = None if window.to_at is None else max(last.to_at, window.to_at)
            whole[-1] = Window(last.from_at, end)
    return tuple(whole)


def add_months(day: date, months: int) -> date:
    """The same day `months` later; the 31st becomes a shorter month's last day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When `day` begins in the zone, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def calendar_month(at: datetime, zone: ZoneInfo) -> tuple[str, Window]:
    """The calendar month that contains `at`: its name (`2026-03`) and its bounds."""
    first = at.astimezone(zone).date().replace(day=1)
    window = Window(midnight(first, zone), midnight(add_months(first, 1), zone))
    return f"{first.year:04d}-{first.month:02d}", window


def calendar_year(at: datetime, zone: ZoneInfo) -> tuple[str, Window]:
    """The calendar year that contains `at`: its name (`2026`) and its bounds."""
    first = at.astimezone(zone).date().replace(month=1, day=1)
    window = Window(midnight(first, zone), midnight(add_months(first, 12), zone))
    return f"{first.year:04d}", window


def end_after(at: datetime, span: Span, zone: ZoneInfo) -> datetime:
    """The midnight that ends the day `span` after the day of `at`: whoever gets 30 days has 30
    whole ones.
    """
    day = at.astimezone(zone).date()
    if span.unit == "days":
        last = day + timedelta(days=span.count)
    else:
        last = add_months(day, span.count * (12 if span.unit == "years" else 1))
    return midnight(last + timedelta(days=1), zone)
