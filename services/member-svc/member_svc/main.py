"""member-svc on one screen."""

from pathlib import Path

from chassis.service import Service
from member_svc.inbound.events import SUBSCRIPTIONS
from member_svc.inbound.http import ROUTERS
from member_svc.inbound.jobs import JOBS
from member_svc.inbound.programme import programme

service = Service(
    "member-svc",
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    jobs=JOBS,
    migrations=Path(__file__).parents[1] / "migrations",
    programme=programme,
)

if __name__ == "__main__":
    service.main()
