"""benefit-svc on one screen."""

from pathlib import Path

from benefit_svc.inbound.events import SUBSCRIPTIONS
from benefit_svc.inbound.http import ROUTERS
from benefit_svc.inbound.jobs import JOBS
from benefit_svc.store.programme import programme
from chassis.service import Service

service = Service(
    "benefit-svc",
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    migrations=Path(__file__).parents[1] / "migrations",
    programme=programme,
)

if __name__ == "__main__":
    service.main()
