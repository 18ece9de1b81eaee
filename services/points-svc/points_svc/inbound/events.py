"""What points-svc hears, and which verb answers it."""

from chassis.subscription import on
from contracts.events.members import MemberEnrolled
from contracts.events.purchases import PurchaseRecorded, PurchaseReturned
from contracts.events.tiers import TierChanged
from points_svc.handlers.accrue_purchases import accrue_purchases
from points_svc.handlers.remember_members import remember_members
from points_svc.handlers.rerate_members import rerate_members
from points_svc.handlers.reverse_returns import reverse_returns

SUBSCRIPTIONS = (
    on(MemberEnrolled, remember_members),
    on(TierChanged, rerate_members),
    on(PurchaseRecorded, accrue_purchases),
    on(PurchaseReturned, reverse_returns),
)
