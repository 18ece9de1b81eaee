"""What tier-svc hears, and the verb that answers it."""

from chassis.subscription import on
from contracts.events.members import MemberEnrolled
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import ActivityRecorded, PurchaseRecorded, PurchaseReturned
from tier_svc.handlers.count_activities import count_activities
from tier_svc.handlers.count_points import count_points
from tier_svc.handlers.count_purchases import count_purchases
from tier_svc.handlers.count_returns import count_returns
from tier_svc.handlers.enroll_members import enroll_members

SUBSCRIPTIONS = (
    on(MemberEnrolled, enroll_members),
    on(PurchaseRecorded, count_purchases),
    on(PurchaseReturned, count_returns),
    on(ActivityRecorded, count_activities),
    on(PointsAccrued, count_points),
    on(PointsReversed, count_points),
)
