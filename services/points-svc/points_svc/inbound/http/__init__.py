"""The doors of points-svc, by noun."""

from points_svc.inbound.http import balances, burns, holds, past, reports, rules

ROUTERS = (balances.router, past.router, reports.router, holds.router, burns.router, rules.router)
