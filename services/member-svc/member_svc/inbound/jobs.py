"""What the clock starts:

nothing; claims, lateness and windows are judged when a fact is in hand.
"""

from chassis.jobs import Job

JOBS: tuple[Job, ...] = ()
