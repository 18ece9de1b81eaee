"""The doors: standings and ladders."""

from tier_svc.inbound.http import ladders, standings

ROUTERS = (standings.router, ladders.router)
