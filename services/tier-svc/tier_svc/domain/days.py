"""Month arithmetic for many instants: what a day's first sum found holds for the rest of that day.

Within one day of UTC on which no clock changes, neither there nor where the sum leads, a sum moves
every instant before local midnight by one length of time and every one after it by another. On
other days each instant is calculated by itself. Answers are those of `instants`, only sooner.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tier_svc.domain.instants import TICK, Periods, Span, after, end_of

DAYS_MAX = 8_192
SUMS_MAX = 64
A_DAY = timedelta(days=1)

Sum = Callable[[datetime], datetime]


class _Moved(NamedTuple):
    """How far a sum moves the instants of one UTC day before and since its local midnight."""

    midnight: datetime
    before: timedelta
    since: timedelta


class _Ended(NamedTuple):
    """Where a period ends for the instants of one UTC day before and since its local midnight."""

    midnight: datetime
    before: datetime
    since: datetime


@lru_cache(maxsize=SUMS_MAX)
def adding(span: Span, zone: ZoneInfo) -> Sum:
    """`instants.after` with this span, for instants in UTC."""

    @lru_cache(maxsize=DAYS_MAX)
    def of_day(day: int) -> _Moved | None:
        first, midnight, last = parts_of(day, zone)
        edges = (first, max(first, midnight - TICK), midnight, last)
        sums = [after(at, span, zone) for at in edges]
        before, until, since, rest = (end - at for at, end in zip(edges, sums, strict=True))
        changes = not (is_plain(first, last, zone) and is_plain(sums[0], sums[3], zone))
        if changes or (before, since) != (until, rest):
            return None
        return _Moved(midnight, before, since)

    def add(at: datetime) -> datetime:
        moved = of_day(at.toordinal())
        if moved is None:
            return after(at, span, zone)
        return at + (moved.since if at >= moved.midnight else moved.before)

    return add


@lru_cache(maxsize=SUMS_MAX)
def ending(periods: Periods, zone: ZoneInfo) -> Sum:
    """`instants.end_of` with these periods, for instants in UTC."""

    @lru_cache(maxsize=DAYS_MAX)
    def of_day(day: int) -> _Ended | None:
        first, midnight, last = parts_of(day, zone)
        if not is_plain(first, last, zone):
            return None
        return _Ended(midnight, end_of(first, periods, zone), end_of(last, periods, zone))

    def end(at: datetime) -> datetime:
        ended = of_day(at.toordinal())
        if ended is None:
            return end_of(at, periods, zone)
        return ended.since if at >= ended.midnight else ended.before

    return end


def parts_of(day: int, zone: ZoneInfo) -> tuple[datetime, datetime, datetime]:
    """The first instant of a UTC day, the local midnight within it, and its last instant."""
    first = datetime.fromordinal(day).replace(tzinfo=UTC)
    last = first + A_DAY - TICK
    wall = last.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return first, wall.astimezone(UTC), last


def is_plain(first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    """Whether no clock changes between two instants about a day apart."""
    return first.astimezone(zone).utcoffset() == last.astimezone(zone).utcoffset()
