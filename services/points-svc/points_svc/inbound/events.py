"""What points-svc hears, and which verb answers it."""

from chassis.subscription import on
from contracts.events.members import (
    MemberEnrolled,
    MemberStatusChanged,
    SegmentEntered,
    SegmentLeft,
)
from contracts.events.purchases import ActivityRecorded, PurchaseRecorded, PurchaseReturned
from contracts.events.tiers import TierChanged
from points_svc.handlers.accrue_activities import accrue_activities
from points_svc.handlers.accrue_purchases import accrue_purchases
from points_svc.handlers.release_pending import release_pending
from points_svc.handlers.remember_members import remember_members
from points_svc.handlers.remember_statuses import remember_statuses
from points_svc.handlers.rerate_members import rerate_members
from points_svc.handlers.rerate_segments import rerate_segments
from points_svc.handlers.reverse_returns import reverse_returns

SUBSCRIPTIONS = (
    on(MemberEnrolled, remember_members),
    on(MemberStatusChanged, remember_statuses),
    on(TierChanged, rerate_members),
    on(SegmentEntered, rerate_segments),
    on(SegmentLeft, rerate_segments),
    on(PurchaseRecorded, accrue_purchases),
    on(ActivityRecorded, accrue_activities),
    on(ActivityRecorded, release_pending),
    on(PurchaseReturned, reverse_returns),
)
