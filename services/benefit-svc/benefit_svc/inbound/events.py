"""What benefit-svc hears."""

from benefit_svc.handlers.grant_benefits import grant_benefits
from chassis.subscription import on
from contracts.events.tiers import TierChanged

SUBSCRIPTIONS = (on(TierChanged, grant_benefits),)
