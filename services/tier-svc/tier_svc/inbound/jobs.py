"""What the clock starts."""

from chassis.jobs import Job
from tier_svc.handlers.advance_standings import advance_standings

JOBS = (Job("advance_standings", every_s=5, run=advance_standings, batch_max=500),)
