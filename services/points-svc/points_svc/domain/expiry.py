"""How long lots last: every form of P2, in the programme's wall time (E7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from points_svc.domain.wall_time import (
    add_days,
    add_months,
    day_begins,
    end_of_month,
    end_of_quarter,
    end_of_year,
    in_year,
)

Lasting = Literal[
    "never",
    "days",
    "months",
    "years",
    "end_of_month",
    "end_of_quarter",
    "end_of_year",
    "fixed_date",
]
ONE_DAY = timedelta(days=1)


def _add_years(at: datetime, years: int, zone: ZoneInfo) -> datetime:
    return add_months(at, 12 * years, zone)


ENDS: Mapping[Lasting, Callable[[datetime, int, ZoneInfo], datetime]] = {
    "days": add_days,
    "months": add_months,
    "years": _add_years,
    "end_of_month": end_of_month,
    "end_of_quarter": end_of_quarter,
    "end_of_year": end_of_year,
}


@dataclass(frozen=True)
class Expiry:
    """How long a lot lasts: `n` of its kind. `end_of_…` is the end of the n-th calendar month,
    quarter or year after its own.

    A fixed date names the `last_day` on which the points can be burned; yearly, it is the same day
    of every year (29 February: the 28th in common years).
    """

    kind: Lasting
    n: int = 0
    last_day: date | None = None
    is_yearly: bool = False

    def ends(self, occurred_at: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant at which a lot of that instant is gone (P2), or None.

        What is accrued after a fixed date that does not come back ends as it begins.
        """
        if self.kind == "never":
            return None
        if self.kind == "fixed_date":
            return self._next_date(occurred_at, zone)
        return ENDS[self.kind](occurred_at, self.n, zone)

    def is_over(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether nothing that is accrued from `at` on could be kept: its date has passed."""
        return self.kind == "fixed_date" and self._next_date(at, zone) <= at

    def _next_date(self, at: datetime, zone: ZoneInfo) -> datetime:
        assert self.last_day is not None, "a fixed date names its day"
        if not self.is_yearly:
            return max(day_begins(self.last_day + ONE_DAY, zone), at.astimezone(UTC))
        year = max(self.last_day.year, at.astimezone(zone).year)
        ends = (day_begins(in_year(self.last_day, y) + ONE_DAY, zone) for y in (year, year + 1))
        return next(end for end in ends if end > at)
