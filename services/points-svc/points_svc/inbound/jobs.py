"""What the clock starts."""

from chassis.jobs import Job
from points_svc.handlers.expire_lots import expire_lots
from points_svc.handlers.forget_simulations import forget_simulations
from points_svc.handlers.lapse_holds import lapse_holds
from points_svc.handlers.rerate_published import rerate_published
from points_svc.handlers.roll_journal import roll_journal
from points_svc.inbound.auditing import anchor, verify
from points_svc.inbound.simulating import simulate
from points_svc.inbound.telling import tell_campaigns

BATCH_MAX = 500
ROLLED_MAX = 100_000
ANCHORED_MAX = 500
AUDITED_MAX = 500
TOLD_MAX = 200
SIMULATED_MAX = 200
FORGOTTEN_MAX = 100

JOBS = (
    Job("lapse_holds", every_s=2, run=lapse_holds, batch_max=BATCH_MAX),
    Job("expire_lots", every_s=5, run=expire_lots, batch_max=BATCH_MAX),
    Job("rerate_published", every_s=5, run=rerate_published, batch_max=BATCH_MAX),
    Job("roll_journal", every_s=15, run=roll_journal, batch_max=ROLLED_MAX),
    Job("tell_campaigns", every_s=15, run=tell_campaigns, batch_max=TOLD_MAX, saga=True),
    Job("anchor_heads", every_s=60, run=anchor, batch_max=ANCHORED_MAX, saga=True),
    Job("audit_ledger", every_s=1, run=verify, batch_max=AUDITED_MAX, saga=True),
    Job("simulate_members", every_s=2, run=simulate, batch_max=SIMULATED_MAX, saga=True),
    Job("forget_simulations", every_s=3_600, run=forget_simulations, batch_max=FORGOTTEN_MAX),
)
