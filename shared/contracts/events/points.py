"""What points-svc says of points. Amounts are positive; the name says which way they moved."""

from datetime import datetime
from typing import ClassVar, Literal

from contracts.events.base import Event
from contracts.ids import BurnId, FactId, HoldId, PointType


class PointsEvent(Event):
    """What all events of points-svc have in common."""

    topic: ClassVar[str] = "loyalty.points"
    author: ClassVar[str] = "points-svc"

    point_type: PointType
    points: int


class PointsAccrued(PointsEvent):
    """What a purchase is worth now. `points` is the new total of this fact and point type, also
    when it is 0.

    `revision` counts from 1; consumers keep the highest and never add deltas. `occurred_at` is the
    purchase's.
    """

    fact_id: FactId
    revision: int
    tier: str


class PointsReversed(PointsEvent):
    """What a return takes back now: the new total of this return and point type, also when it is 0.

    `occurred_at` is the later of the return's and its purchase's. `revision` as in PointsAccrued.
    """

    fact_id: FactId
    purchase_fact_id: FactId
    revision: int


class PointsBurned(PointsEvent):
    """Points left their lots for a purpose. The burn of a captured hold bears the hold's id."""

    burn_id: BurnId
    purpose: str
    hold_id: HoldId | None = None


class BurnCancelled(PointsEvent):
    """A burn's points went back to their lots."""

    burn_id: BurnId


class PointsHeld(PointsEvent):
    """Points were set aside until `lapses_at`."""

    hold_id: HoldId
    purpose: str
    lapses_at: datetime


class HoldCaptured(PointsEvent):
    """`points` of a hold were burned; `released` went back."""

    hold_id: HoldId
    released: int


class HoldReleased(PointsEvent):
    """A hold was given back whole. 0 points: it was released unseen, and its id is refused from now
    on.
    """

    hold_id: HoldId


class HoldLapsed(PointsEvent):
    """A hold was given back by time."""

    hold_id: HoldId


class PointsExpired(PointsEvent):
    """What was left of one lot is gone; `occurred_at` is the lot's `expires_at`."""

    fact_id: FactId


class PointsAdjusted(PointsEvent):
    """Points were given by hand, or taken: then, and only here, `points` is negative.

    `reason` is a code, never free text about a person.
    """

    adjustment_id: str
    actor: str
    reason: str


class PointsActivated(PointsEvent):
    """Pending points of one lot became available; `occurred_at` is the lot's `available_from` (P4).

    `fact_id` is the lot's. `activity_fact_id` names the activity that made them available, where
    it was one and not a date or a deadline. What a deadline forfeits is PointsExpired.
    """

    fact_id: FactId
    activity_fact_id: FactId | None = None


class PointsTransferred(PointsEvent):
    """Points moved between two accounts; each side hears of it under its own id (P10).

    `other_id` is the opaque id of the other side: a member or, with `pool_id`, one who shares that
    pool. Their lots keep their dates.
    """

    transfer_id: str
    direction: Literal["in", "out"]
    other_id: str
    pool_id: str | None = None


class CampaignExhausted(PointsEvent):
    """A campaign has given all that its budget allows; said once per campaign and rule version.

    `points` is the budget. `member_id` and `fact_id` are of the fact that took the last of it;
    `cut` is what that fact would have been given besides. `version` is the rule version.
    """

    campaign: str
    fact_id: FactId
    cut: int
