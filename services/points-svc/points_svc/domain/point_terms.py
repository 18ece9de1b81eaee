"""What a version says of a point type's lots besides how long they last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from points_svc.domain.wall_time import add_days

Default = Literal["available", "forfeit"]


@dataclass(frozen=True)
class Availability:
    """When a purchase's points can be burned: at once, or `days` after it.

    With an `activity`, as soon as one of that kind names the purchase; `days` is then the deadline,
    at which the points become available or are forfeit. What activities and adjustments bring is
    available at once.
    """

    days: int = 0
    activity: str = ""
    otherwise: Default = "available"

    @property
    def is_at_once(self) -> bool:
        """Whether nothing waits."""
        return self.days == 0

    def begins(self, occurred_at: datetime, zone: ZoneInfo) -> datetime:
        """When the points of a purchase of that instant begin to count, at the latest (P4)."""
        return add_days(occurred_at, self.days, zone)


AT_ONCE = Availability()


@dataclass(frozen=True)
class PointTerms:
    """Availability; how many days the points of a cancelled burn live on whose lot has ended (P9);
    after how many months without a purchase or activity all points are gone (P2); and how many
    points an account holds at most. None: without end, without limit.
    """

    availability: Availability = AT_ONCE
    courtesy_days: int = 0
    inactivity_months: int | None = None
    maximum_balance: int | None = None


PLAIN = PointTerms()
