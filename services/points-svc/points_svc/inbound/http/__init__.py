"""The doors of points-svc, by noun."""

from points_svc.inbound.http import (
    adjustments,
    audit,
    balances,
    burns,
    campaigns,
    holds,
    imports,
    lots,
    past,
    pools,
    previews,
    reports,
    rules,
    shortfalls,
    simulations,
    transfers,
)

ROUTERS = (
    balances.router,
    adjustments.router,
    imports.router,
    previews.router,
    past.router,
    reports.router,
    audit.router,
    holds.router,
    burns.router,
    transfers.router,
    pools.router,
    lots.router,
    shortfalls.router,
    rules.router,
    campaigns.router,
    simulations.router,
)
