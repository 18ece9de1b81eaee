"""The doors of points-svc, by noun."""

from points_svc.inbound.http import balances, burns, holds, past, rules

ROUTERS = (balances.router, past.router, holds.router, burns.router, rules.router)
