"""What the clock starts: nothing. Windows are judged when a fact is in hand."""

from chassis.jobs import Job

JOBS: tuple[Job, ...] = ()
