"""Windows of time on a wall clock, and the days outside of which they cannot hold (P5, E7)."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from points_svc.domain.conditions_document import WEEKDAYS, Window

DAY = timedelta(days=1)


class Span(NamedTuple):
    """Local dates, the last one included."""

    first: date
    last: date

    def both(self, other: "Span") -> "Span":
        """The dates in both; the first lies after the last where there are none."""
        return Span(max(self.first, other.first), min(self.last, other.last))

    def either(self, other: "Span") -> "Span":
        """The dates from the earlier beginning to the later end."""
        return Span(min(self.first, other.first), max(self.last, other.last))


ALWAYS = Span(date.min, date.max)


def span_of(window: Window) -> Span:
    """The dates, in whichever zone, outside of which a window does not hold."""
    first = _date(window.first_on) - DAY if window.first_on else date.min
    last = _date(window.last_on) if window.last_on else date.max
    return Span(first, min(last, date.max - 2 * DAY) + 2 * DAY)


def holds_at(window: Window, wall: datetime) -> bool:
    """Whether a wall time is in a window. What lies after midnight in a window over midnight
    belongs to the day before.
    """
    clock = wall.time()
    begins = _clock(window.from_time) if window.from_time else time.min
    ends = _clock(window.to_time) if window.to_time else None
    day = wall.date()
    if ends is not None and ends < begins:
        if ends <= clock < begins:
            return False
        day = day if clock >= begins else day - DAY
    elif clock < begins or (ends is not None and clock >= ends):
        return False
    return _is_on(window, day)


def _is_on(window: Window, day: date) -> bool:
    on = day.isoformat()
    return (
        (window.weekdays is None or WEEKDAYS[day.weekday()] in window.weekdays)
        and (window.days_of_month is None or day.day in window.days_of_month)
        and (window.first_on is None or on >= window.first_on)
        and (window.last_on is None or on <= window.last_on)
    )


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
