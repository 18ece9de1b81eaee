"""The doors of points-svc, by noun."""

from points_svc.inbound.http import balances, burns, holds, rules

ROUTERS = (balances.router, holds.router, burns.router, rules.router)
