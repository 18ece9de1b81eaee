"""The doors: standings, what lifts them by hand or for points, and ladders."""

from tier_svc.inbound.http import (
    attributes,
    distribution,
    ladders,
    previews,
    simulations,
    standings,
    steps,
    supposing,
    ways,
)

ROUTERS = (
    standings.router,
    ways.router,
    steps.router,
    attributes.router,
    ladders.router,
    distribution.router,
    previews.router,
    simulations.router,
    supposing.router,
)
