"""The business says no.

Refusal
├── MemberNotFound            404  tier-svc, or points-svc, has told nothing of this member yet
├── MemberSuspended           409  points-svc's no: who is suspended burns nothing
├── MemberBanned              409  points-svc's no
├── MemberClosed              409  points-svc's no: `member_status`
├── EntitlementNotFound       404
├── EntitlementNotUsable      409  `state`: revoked, unjustified, expired or not_now
├── EntitlementUsedUp         409  `limit`, `used`
├── VersionNotLater           409  a version begins after the one before it
├── RewardNotFound            404
├── StockIsLoaded             409  stated with the first version, then loaded further
├── StockUnlimited            409  there is nothing to load
├── EffectiveInPast           422  only the first version looks back
├── OutOfStock                409  `asked`
├── RewardLimitReached        409  `limit`, `taken`, `asked`
├── CostOutOfRange            422  points × quantity is more than one operation may move
├── RedemptionNotFound        404  also another channel's
├── RedemptionNotCancellable  409  `state`
├── RedemptionTimedOut        409  points-svc could not be reached for too long; nothing was burned
├── HoldNotOpen               409  the points were given back before they could be burned; `state`
├── PointsInsufficient        409  points-svc's no: `asked`, `available`
├── PointsRefused             409  any other no of points-svc, in its own code and numbers
├── VoucherNotFound           404
├── VoucherNotUsable          409  uniform: unknown, used, voided and expired look alike
└── VoucherNotVoidable        409  `state`
"""

from typing import ClassVar

from contracts.refusal import Refusal


class MemberNotFound(Refusal):
    """Nothing is known of this member here yet."""

    code: ClassVar[str] = "member_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such member."


class MemberSuspended(Refusal):
    """The member accrues, but cannot burn, hold or transfer until that is lifted."""

    code: ClassVar[str] = "member_suspended"
    title: ClassVar[str] = "This member is suspended."


class MemberBanned(Refusal):
    """The member was banned."""

    code: ClassVar[str] = "member_banned"
    title: ClassVar[str] = "This member is banned."


class MemberClosed(Refusal):
    """The member has left, was merged into another or erased: `member_status`."""

    code: ClassVar[str] = "member_closed"
    title: ClassVar[str] = "This member is no longer in the programme."


class EntitlementNotFound(Refusal):
    """The member has no such entitlement."""

    code: ClassVar[str] = "entitlement_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such entitlement."


class EntitlementNotUsable(Refusal):
    """Its time has not come, is over, or it was taken away; `state` says which."""

    code: ClassVar[str] = "entitlement_not_usable"
    title: ClassVar[str] = "This entitlement cannot be used now."


class EntitlementUsedUp(Refusal):
    """Every use was made; `limit` and `used`."""

    code: ClassVar[str] = "entitlement_used_up"
    title: ClassVar[str] = "This entitlement is used up."


class VersionNotLater(Refusal):
    """A later version begins no earlier than the one before it."""

    code: ClassVar[str] = "version_not_later"
    title: ClassVar[str] = "A newer version is in force at that time."


class RewardNotFound(Refusal):
    """No version of this reward is in force."""

    code: ClassVar[str] = "reward_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such reward."


class StockIsLoaded(Refusal):
    """Stock is stated with a reward's first version; later it is loaded further, never restated."""

    code: ClassVar[str] = "stock_is_loaded"
    title: ClassVar[str] = "Stock is changed by loading more of it."


class StockUnlimited(Refusal):
    """The reward has no stock to load."""

    code: ClassVar[str] = "stock_unlimited"
    title: ClassVar[str] = "This reward is not limited by stock."


class EffectiveInPast(Refusal):
    """Only the first version is in force from the beginning of time (E4)."""

    code: ClassVar[str] = "effective_in_past"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "A later version cannot begin in the past."


class OutOfStock(Refusal):
    """Less is left than was `asked`."""

    code: ClassVar[str] = "out_of_stock"
    title: ClassVar[str] = "There is not enough left of this reward."


class RewardLimitReached(Refusal):
    """The member has had what the period allows: `limit`, `taken`, `asked`."""

    code: ClassVar[str] = "reward_limit_reached"
    title: ClassVar[str] = "The member's limit for this reward is reached."


class CostOutOfRange(Refusal):
    """Points × quantity is more than one operation may move."""

    code: ClassVar[str] = "cost_out_of_range"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "That many cost more than one redemption may burn."


class RedemptionNotFound(Refusal):
    """No such redemption, or another channel's."""

    code: ClassVar[str] = "redemption_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such redemption, or it is not yours."


class RedemptionNotCancellable(Refusal):
    """Only a fulfilled redemption whose voucher nobody used can be cancelled; `state` says what it
    is.
    """

    code: ClassVar[str] = "redemption_not_cancellable"
    title: ClassVar[str] = "This redemption cannot be cancelled."


class RedemptionTimedOut(Refusal):
    """points-svc could not be reached, or never saw the hold, for too long. Nothing was burned."""

    code: ClassVar[str] = "redemption_timed_out"
    title: ClassVar[str] = "The redemption took too long and was given up."


class HoldNotOpen(Refusal):
    """The points were given back before they could be burned; `state` says how."""

    code: ClassVar[str] = "hold_not_open"
    title: ClassVar[str] = "The points are no longer held."


class PointsInsufficient(Refusal):
    """More points than can be burned now: `asked`, `available`."""

    code: ClassVar[str] = "points_insufficient"
    title: ClassVar[str] = "There are not enough points."


class PointsRefused(Refusal):
    """points-svc said no for another reason of its own: its code and numbers are passed on."""

    code: ClassVar[str] = "points_refused"
    title: ClassVar[str] = "The points were refused."

    def __init__(self, code: str, **numbers: object) -> None:
        super().__init__(**numbers)
        self.code = code  # type: ignore[misc]  # the one refusal whose code is another service's


class VoucherNotFound(Refusal):
    """No voucher of this id."""

    code: ClassVar[str] = "voucher_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such voucher."


class VoucherNotUsable(Refusal):
    """Unknown, used, voided or expired: whoever guesses learns nothing (B5)."""

    code: ClassVar[str] = "voucher_not_usable"
    title: ClassVar[str] = "This voucher cannot be used."


class VoucherNotVoidable(Refusal):
    """Only an issued voucher can be made worthless; `state` says what it is."""

    code: ClassVar[str] = "voucher_not_voidable"
    title: ClassVar[str] = "This voucher cannot be voided."
