"""When points-svc says no.

Refusal
├── MemberNotFound         404  nobody here has heard of the member
├── PointsInsufficient     409  more was asked than can be burned now; `asked`, `available`
├── PointTypeNotBurnable   409  the point type only qualifies, or no rule in force knows it
├── BalanceTooLarge        409  the account would hold more than can be counted exactly (2^53 - 1)
├── HoldNotFound           404  the caller never placed a hold of that id
├── HoldNotOpen            409  the hold has ended otherwise, or its time is over; `state`
├── HoldReleased           409  the hold was released before it was seen
├── CaptureExceedsHold     409  more was asked than is held; `asked`, `held`
├── BurnNotFound           404  the caller never made a burn of that id
├── BurnCancelled          409  the burn was cancelled before it was seen
├── HoldNotCaptured        409  the id is a hold's that has burned nothing; `state`
├── NameReused             422  the hold_id or burn_id named another request before
├── PostingNotFound        404  the member has no such posting
├── RulesNotFound          404  there is no such version of the rules
├── CampaignNotFound       404  the version has no such campaign
├── RulesPublished         409  the version is in force already, from another instant
├── PointTypeDropped     409  a version published before has a point type that this one lacks;
│                             `missing`
├── SettingsUnpublished    409  rules need settings to be read by, and there are none yet
├── EffectiveInPast        422  a later version takes effect at its publication or after it
├── ExpiryInPast           422  a fixed date of expiry has passed when the version takes effect;
│                             `point_types`
├── LotNotFound            404  the member has no such lot
├── LotWithoutEnd          409  a lot that never ends cannot last longer
├── LotEnded               409  the lot has ended; what was lost can be reinstated
├── NothingLeft            409  nothing is left of the lot that could last longer
├── NothingExpired         409  nothing of the lot was lost to time
├── EndNotLater            422  a lot lasts longer than before and than now, at most 20 years
├── ShortfallNotFound      404  no shortfall of the member stands under that posting
├── ShortfallSettled       409  it was settled otherwise; `state`
├── MemberSuspended        409  the member accrues, but cannot burn until that is lifted
├── MemberBanned           409  the member was banned
└── MemberClosed           409  the member has left, was merged or erased; `member_status`
"""

from typing import ClassVar

from contracts.refusal import Refusal


class MemberNotFound(Refusal):
    """Nobody here has heard of the member."""

    code: ClassVar[str] = "member_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such member."


class PointsInsufficient(Refusal):
    """More was asked than can be burned now."""

    code: ClassVar[str] = "points_insufficient"
    title: ClassVar[str] = "There are not enough points."


class PointTypeNotBurnable(Refusal):
    """The point type only qualifies, or no rule in force knows it."""

    code: ClassVar[str] = "point_type_not_burnable"
    title: ClassVar[str] = "Points of this type cannot be burned or adjusted."


class BalanceTooLarge(Refusal):
    """The account would hold more than can be counted exactly."""

    code: ClassVar[str] = "balance_too_large"
    title: ClassVar[str] = "The balance would be too large."


class HoldNotFound(Refusal):
    """The caller never placed a hold of that id."""

    code: ClassVar[str] = "hold_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such hold."


class HoldNotOpen(Refusal):
    """The hold has ended otherwise, or its time is over."""

    code: ClassVar[str] = "hold_not_open"
    title: ClassVar[str] = "The hold is not open."


class HoldReleased(Refusal):
    """The hold was released before it was seen."""

    code: ClassVar[str] = "hold_released"
    title: ClassVar[str] = "The hold was released before it came."


class CaptureExceedsHold(Refusal):
    """More was asked than is held."""

    code: ClassVar[str] = "capture_exceeds_hold"
    title: ClassVar[str] = "The hold is smaller."


class BurnNotFound(Refusal):
    """The caller never made a burn of that id."""

    code: ClassVar[str] = "burn_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such burn."


class BurnCancelled(Refusal):
    """The burn was cancelled before it was seen."""

    code: ClassVar[str] = "burn_cancelled"
    title: ClassVar[str] = "The burn was cancelled before it came."


class HoldNotCaptured(Refusal):
    """The id is a hold's that has burned nothing."""

    code: ClassVar[str] = "hold_not_captured"
    title: ClassVar[str] = "The hold has burned nothing that could be cancelled."


class NameReused(Refusal):
    """The hold_id or burn_id named another request before."""

    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This id was used for another request."


class PostingNotFound(Refusal):
    """The member has no such posting."""

    code: ClassVar[str] = "posting_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such posting."


class RulesNotFound(Refusal):
    """There is no such version of the rules."""

    code: ClassVar[str] = "rules_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such version of the rules."


class CampaignNotFound(Refusal):
    """The version has no such campaign."""

    code: ClassVar[str] = "campaign_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "This version has no such campaign."


class RulesPublished(Refusal):
    """The version is in force already, from another instant."""

    code: ClassVar[str] = "rules_published"
    title: ClassVar[str] = "This version was published already."


class PointTypeDropped(Refusal):
    """An earlier published version has point types that this one lacks, `missing`. Tiers wait for
    the points of every type that their ladder counts: a type is kept, at a rate of 0 if need be.
    """

    code: ClassVar[str] = "point_type_dropped"
    title: ClassVar[str] = "Every point type of the versions before has to stay."


class SettingsUnpublished(Refusal):
    """Rules are published under the programme's settings, and there are none yet."""

    code: ClassVar[str] = "settings_unpublished"
    title: ClassVar[str] = "The programme's settings have to be published first."


class EffectiveInPast(Refusal):
    """A later version takes effect at its publication or after it."""

    code: ClassVar[str] = "effective_in_past"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "A version cannot take effect in the past."


class ExpiryInPast(Refusal):
    """A fixed date of expiry has passed when the version takes effect, for `point_types`: what they
    bring from then on would end as it begins.
    """

    code: ClassVar[str] = "expiry_in_past"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Points would end as they begin."


class LotNotFound(Refusal):
    """The member has no such lot of the point type."""

    code: ClassVar[str] = "lot_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such lot."


class LotWithoutEnd(Refusal):
    """A lot that never ends cannot last longer."""

    code: ClassVar[str] = "lot_without_end"
    title: ClassVar[str] = "This lot never ends."


class LotEnded(Refusal):
    """The lot has ended: what of it was lost to time can be reinstated."""

    code: ClassVar[str] = "lot_ended"
    title: ClassVar[str] = "This lot has ended."


class NothingLeft(Refusal):
    """Nothing is left of the lot, nor held, that could last longer."""

    code: ClassVar[str] = "nothing_left"
    title: ClassVar[str] = "Nothing is left of this lot."


class NothingExpired(Refusal):
    """Nothing of the lot was lost to time, or it has been given back or taken back."""

    code: ClassVar[str] = "nothing_expired"
    title: ClassVar[str] = "Nothing of this lot was lost to time."


class EndNotLater(Refusal):
    """A lot is to last longer than it does and than now, and at most 20 years from now."""

    code: ClassVar[str] = "end_not_later"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The lot would not last longer, or too long."


class ShortfallNotFound(Refusal):
    """No shortfall of the member was opened by that posting."""

    code: ClassVar[str] = "shortfall_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such shortfall."


class ShortfallSettled(Refusal):
    """The shortfall was settled otherwise, `state`."""

    code: ClassVar[str] = "shortfall_settled"
    title: ClassVar[str] = "This shortfall was settled otherwise."


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
