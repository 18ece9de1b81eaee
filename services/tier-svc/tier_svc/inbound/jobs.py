"""What the clock starts."""

from chassis.jobs import Job
from tier_svc.handlers.advance_standings import advance_standings
from tier_svc.handlers.tell_publication import tell_publication

JOBS = (
    Job("advance_standings", every_s=5, run=advance_standings, batch_max=500),
    Job("tell_publication", every_s=2, run=tell_publication, batch_max=200),
)
