"""What benefit-svc says of entitlements, vouchers and redemptions."""

from datetime import datetime
from typing import ClassVar

from contracts.events.base import Event
from contracts.ids import BenefitId, EntitlementId, RedemptionId, RewardId, VoucherId


class EntitlementEvent(Event):
    """What events of an entitlement share. (member, benefit, cycle) grants once (B2)."""

    topic: ClassVar[str] = "loyalty.benefits"
    author: ClassVar[str] = "benefit-svc"

    entitlement_id: EntitlementId
    benefit_id: BenefitId
    cycle: str


class EntitlementGranted(EntitlementEvent):
    """A member has a right to a benefit in [valid_from, valid_to)."""

    valid_from: datetime
    valid_to: datetime | None = None


class EntitlementUsed(EntitlementEvent):
    """One use of an entitlement; `used` counts all of them."""

    use_id: str
    used: int


class EntitlementRevoked(EntitlementEvent):
    """An unused entitlement that is no longer justified was taken away."""

    reason: str


class EntitlementExpired(EntitlementEvent):
    """An entitlement's time is over."""


class VoucherEvent(Event):
    """What all events of a voucher have in common. The code is never said."""

    topic: ClassVar[str] = "loyalty.benefits"
    author: ClassVar[str] = "benefit-svc"

    voucher_id: VoucherId
    reward_id: RewardId
    redemption_id: RedemptionId


class VoucherIssued(VoucherEvent):
    """A voucher can be used until `expires_at`."""

    expires_at: datetime | None = None


class VoucherUsed(VoucherEvent):
    """A voucher was used, once, at one store."""

    store_id: str


class VoucherVoided(VoucherEvent):
    """A voucher was made worthless."""

    reason: str


class VoucherExpired(VoucherEvent):
    """A voucher's time is over."""


class RedemptionEvent(Event):
    """What all events of a redemption have in common."""

    topic: ClassVar[str] = "loyalty.benefits"
    author: ClassVar[str] = "benefit-svc"

    redemption_id: RedemptionId
    reward_id: RewardId
    quantity: int
    points: int


class RedemptionFulfilled(RedemptionEvent):
    """Points were burned and the voucher issued."""

    voucher_id: VoucherId


class RedemptionRefused(RedemptionEvent):
    """Nothing was burned and nothing issued; `code` says why."""

    code: str


class RedemptionCancelled(RedemptionEvent):
    """The voucher was voided and the points went back to their lots."""

    reason: str
