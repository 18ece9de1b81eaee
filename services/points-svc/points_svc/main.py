"""points-svc on one screen."""

from pathlib import Path

from chassis.service import Service
from points_svc.inbound.events import SUBSCRIPTIONS
from points_svc.inbound.http import ROUTERS
from points_svc.inbound.jobs import JOBS
from points_svc.store.programme import programme

service = Service(
    "points-svc",
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    migrations=Path(__file__).parents[1] / "migrations",
    programme=programme,
)

if __name__ == "__main__":
    service.main()
