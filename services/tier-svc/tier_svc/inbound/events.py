"""What tier-svc hears, and the verb that answers it: one for all facts, so that a batch is looked
at once.
"""

from chassis.subscription import on
from contracts.events.members import (
    MemberEnrolled,
    MemberStatusChanged,
    SegmentEntered,
    SegmentLeft,
)
from contracts.events.points import PointsAccrued, PointsReversed
from contracts.events.purchases import (
    ActivityRecorded,
    FeedbackRecorded,
    PurchaseRecorded,
    PurchaseReturned,
)
from tier_svc.handlers.count_facts import count_facts
from tier_svc.handlers.remember_segments import remember_segments
from tier_svc.handlers.remember_statuses import remember_statuses

HEARD = (
    MemberEnrolled,
    PurchaseRecorded,
    PurchaseReturned,
    ActivityRecorded,
    FeedbackRecorded,
    PointsAccrued,
    PointsReversed,
)
SUBSCRIPTIONS = (
    on(HEARD, count_facts),
    on(MemberStatusChanged, remember_statuses),
    on((SegmentEntered, SegmentLeft), remember_segments),
)
