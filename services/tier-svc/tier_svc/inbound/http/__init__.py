"""The doors: standings, what lifts them by hand, and ladders."""

from tier_svc.inbound.http import (
    attributes,
    ladders,
    previews,
    simulations,
    standings,
    supposing,
    ways,
)

ROUTERS = (
    standings.router,
    ways.router,
    attributes.router,
    ladders.router,
    previews.router,
    simulations.router,
    supposing.router,
)
