"""Calendar arithmetic for many instants at once. A sum moves all instants of a stretch of time by
one length, or leads all of them to one instant; a table names the stretches. Answers are those of
`instants`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from tier_svc.domain.crowd import Column, Reach, instant, micros
from tier_svc.domain.days import is_plain, parts_of
from tier_svc.domain.instants import NONE, TICK, Periods, Span, after, end_of

TABLES_MAX = 64
DAY = 86_400_000_000
QUARTER = DAY // 96
"""Clocks change at quarters of an hour."""
UNEVEN = int(np.iinfo(np.int64).min)
"""Of a stretch in which something changes none the less: its instants are calculated one by one."""

Sum = Callable[[Column], Column]
Amount = Callable[[datetime], int]


class _Table(NamedTuple):
    """The amount that holds from each of `begins` on, until the next."""

    begins: Column
    amounts: Column
    has_uneven: bool

    def of(self, at: Column, amount: Amount) -> Column:
        """The amount of each instant."""
        out: Column = self.amounts[np.searchsorted(self.begins, at, side="right") - 1]
        if self.has_uneven:
            for place in np.flatnonzero(out == UNEVEN).tolist():
                out[place] = amount(instant(int(at[place])))
        return out


def adding(span: Span, zone: ZoneInfo, reach: Reach) -> Sum:
    """`instants.after` with this span, for instants of the reach."""
    if span == NONE:
        return lambda at: at
    amount = _moving(span, zone)
    table = _moves(span, zone, *_days(reach))
    return lambda at: at + table.of(at, amount)


def ending(periods: Periods, zone: ZoneInfo, reach: Reach) -> Sum:
    """`instants.end_of` with these periods, for instants of the reach."""
    amount = _leading(periods, zone)
    table = _ends(periods, zone, *_days(reach))
    return lambda at: table.of(at, amount)


def local_days(zone: ZoneInfo, reach: Reach) -> Sum:
    """The local dates of instants of the reach, as ordinals."""
    amount = _dating(zone)
    table = _dates(zone, *_days(reach))
    return lambda at: table.of(at, amount)


def is_steady(zone: ZoneInfo, reach: Reach) -> bool:
    """Whether no clock goes back over midnight, in the years of a reach. Where one does, a local
    day comes again after the next one began.
    """
    table = _dates(zone, *_days(reach))
    return not table.has_uneven and bool((table.amounts[1:] >= table.amounts[:-1]).all())


def _moving(span: Span, zone: ZoneInfo) -> Amount:
    return lambda at: micros(after(at, span, zone)) - micros(at)


def _leading(periods: Periods, zone: ZoneInfo) -> Amount:
    return lambda at: micros(end_of(at, periods, zone))


def _dating(zone: ZoneInfo) -> Amount:
    return lambda at: at.astimezone(zone).toordinal()


@lru_cache(maxsize=TABLES_MAX)
def _moves(span: Span, zone: ZoneInfo, first: int, last: int) -> _Table:
    return _table(_moving(span, zone), zone, first, last)


@lru_cache(maxsize=TABLES_MAX)
def _ends(periods: Periods, zone: ZoneInfo, first: int, last: int) -> _Table:
    return _table(_leading(periods, zone), zone, first, last)


@lru_cache(maxsize=TABLES_MAX)
def _dates(zone: ZoneInfo, first: int, last: int) -> _Table:
    return _table(_dating(zone), zone, first, last)


def _days(reach: Reach) -> tuple[int, int]:
    """Whole years, so that one table serves many crowds."""
    first, last = instant(reach.origin).year, instant(reach.horizon).year
    return datetime(first, 1, 1).toordinal(), datetime(last, 12, 31).toordinal()


def _table(amount: Amount, zone: ZoneInfo, first: int, last: int) -> _Table:
    stretches = [one for day in range(first, last + 1) for one in _of_day(amount, zone, day)]
    begins, amounts = (np.array(column, dtype=np.int64) for column in zip(*stretches, strict=True))
    is_other = np.append(True, (amounts[1:] != amounts[:-1]) | (amounts[1:] == UNEVEN))
    return _Table(begins[is_other], amounts[is_other], bool((amounts == UNEVEN).any()))


def _of_day(amount: Amount, zone: ZoneInfo, day: int) -> Iterator[tuple[int, int]]:
    """Where no clock changes, neither there nor where the sum leads, an amount holds until local
    midnight and another one from then on.
    """
    begin, midnight, last = parts_of(day, zone)
    before, until, since, rest = map(amount, (begin, max(begin, midnight - TICK), midnight, last))
    if is_plain(begin, last, zone) and (before, since) == (until, rest):
        yield micros(begin), before
        yield micros(midnight), since
        return
    for at in range(micros(begin), micros(begin) + DAY, QUARTER):
        same = amount(instant(at))
        yield at, same if amount(instant(at + QUARTER - 1)) == same else UNEVEN
