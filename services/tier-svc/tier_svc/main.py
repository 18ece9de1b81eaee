"""tier-svc on one screen."""

from pathlib import Path

from chassis.service import Service
from tier_svc.inbound.events import SUBSCRIPTIONS
from tier_svc.inbound.http import ROUTERS
from tier_svc.inbound.jobs import JOBS
from tier_svc.store.programme import programme

service = Service(
    "tier-svc",
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    migrations=Path(__file__).parents[1] / "migrations",
    programme=programme,
)

if __name__ == "__main__":
    service.main()
