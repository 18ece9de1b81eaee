"""What can be had for points: rewards in immutable versions, their stock and what one member may
have (B3).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from benefit_svc.domain.catalog import BEGINNING
from benefit_svc.domain.periods import Span, Window, calendar_month, calendar_year, end_after
from benefit_svc.domain.refusals import (
    CostOutOfRange,
    EffectiveInPast,
    RewardLimitReached,
    StockIsLoaded,
    VersionNotLater,
)
from contracts.ids import RewardId
from contracts.quantities import POINTS_MAX, Points

LimitPeriod = Literal["ever", "calendar_month", "calendar_year"]


@dataclass(frozen=True)
class MemberLimit:
    """At most `count` units for one member in one period."""

    count: int
    per: LimitPeriod


@dataclass(frozen=True)
class Price:
    """What a reward is: its cost in points a unit, what a member may have of it, how long its
    voucher lives.

    `stock` is what the first version starts with; None is without limit. A voucher without
    `voucher_valid` never expires.
    """

    name: str
    points: int
    stock: int | None
    member_limit: MemberLimit | None = None
    voucher_valid: Span | None = None

    def cost(self, quantity: int) -> Points:
        """Points for `quantity` units. Refusals: CostOutOfRange."""
        points = self.points * quantity
        if points > POINTS_MAX:
            raise CostOutOfRange(maximum=POINTS_MAX)
        return Points(points)

    def voucher_expires_at(self, issued_at: datetime, zone: ZoneInfo) -> datetime | None:
        """The midnight that ends the voucher's last day in the programme's zone."""
        return (
            None if self.voucher_valid is None else end_after(issued_at, self.voucher_valid, zone)
        )


@dataclass(frozen=True)
class Reward:
    """One version of a reward, in force from `effective_from` until the next version begins."""

    reward_id: RewardId
    version: int
    effective_from: datetime
    price: Price


def next_version(
    reward_id: RewardId,
    last: Reward | None,
    price: Price,
    effective_from: datetime | None,
    at: datetime,
) -> Reward:
    """The version that publishing `price` makes; the same price as the last one is that version,
    not another.

    Refusals: EffectiveInPast, VersionNotLater, StockIsLoaded where a later version states another
    stock.
    """
    if last is None:
        return Reward(reward_id, 1, effective_from or BEGINNING, price)
    if last.price == price and effective_from in (None, last.effective_from):
        return last
    if last.price.stock != price.stock:
        raise StockIsLoaded
    begins = effective_from or at
    if begins < at:
        raise EffectiveInPast
    if begins <= last.effective_from:
        raise VersionNotLater
    return Reward(reward_id, last.version + 1, begins, price)


def limit_window(limit: MemberLimit, at: datetime, zone: ZoneInfo) -> Window:
    """The period of the limit that contains `at`."""
    if limit.per == "calendar_month":
        return calendar_month(at, zone)[1]
    if limit.per == "calendar_year":
        return calendar_year(at, zone)[1]
    return Window(BEGINNING)


def check_limit(limit: MemberLimit, taken: int, asked: int) -> None:
    """Refusals: RewardLimitReached where `asked` more units would be too many."""
    if taken + asked > limit.count:
        raise RewardLimitReached(limit=limit.count, taken=taken, asked=asked)
