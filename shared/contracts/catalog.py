"""The complete list of events (api.md §7), by topic. What is not here is not said."""

from contracts.events import benefits, members, points, purchases, tiers
from contracts.events.base import Event

TOPICS: dict[str, tuple[type[Event], ...]] = {
    "loyalty.members": (
        members.MemberEnrolled,
        members.MemberStatusChanged,
        members.SegmentEntered,
        members.SegmentLeft,
    ),
    "loyalty.purchases": (
        purchases.PurchaseRecorded,
        purchases.PurchaseReturned,
        purchases.ActivityRecorded,
        purchases.FeedbackRecorded,
    ),
    "loyalty.points": (
        points.PointsAccrued,
        points.PointsReversed,
        points.PointsBurned,
        points.BurnCancelled,
        points.PointsHeld,
        points.HoldCaptured,
        points.HoldReleased,
        points.HoldLapsed,
        points.PointsExpired,
        points.PointsAdjusted,
        points.PointsActivated,
        points.PointsTransferred,
        points.CampaignExhausted,
    ),
    "loyalty.tiers": (tiers.TierChanged, tiers.TierExpiring, tiers.LadderPublished),
    "loyalty.benefits": (
        benefits.EntitlementGranted,
        benefits.EntitlementUsed,
        benefits.EntitlementRevoked,
        benefits.EntitlementExpired,
        benefits.VoucherIssued,
        benefits.VoucherUsed,
        benefits.VoucherVoided,
        benefits.VoucherExpired,
        benefits.RedemptionFulfilled,
        benefits.RedemptionRefused,
        benefits.RedemptionCancelled,
    ),
}

EVENTS: dict[str, type[Event]] = {
    f"laurel.{event.__name__}.v{event.schema_version}": event
    for events in TOPICS.values()
    for event in events
}
