"""The doors, by noun."""

from member_svc.inbound.http import facts, members, purchases, returns

ROUTERS = (members.router, purchases.router, returns.router, facts.router)
