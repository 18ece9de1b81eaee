"""The doors, by noun."""

from member_svc.inbound.http import activities, facts, members, purchases, returns, segments

ROUTERS = (
    members.router,
    purchases.router,
    returns.router,
    activities.router,
    facts.router,
    segments.router,
)
