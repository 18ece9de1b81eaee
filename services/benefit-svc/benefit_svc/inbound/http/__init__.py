"""The doors, by noun."""

from benefit_svc.inbound.http import benefits, entitlements, redemptions, rewards, vouchers

ROUTERS = (
    benefits.router,
    rewards.router,
    entitlements.router,
    redemptions.router,
    vouchers.router,
)
