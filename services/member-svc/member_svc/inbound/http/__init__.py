"""The doors, by noun."""

from member_svc.inbound.http import (
    activities,
    facts,
    feedback,
    members,
    purchases,
    returns,
    segments,
)

ROUTERS = (
    members.router,
    purchases.router,
    returns.router,
    activities.router,
    feedback.router,
    facts.router,
    segments.router,
)
