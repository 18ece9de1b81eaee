"""What the clock starts."""

from chassis.jobs import Job
from tier_svc.handlers.advance_standings import advance_standings
from tier_svc.handlers.fold_purchases import fold_purchases
from tier_svc.handlers.forget_simulations import forget_simulations
from tier_svc.handlers.tell_expiring import tell_expiring
from tier_svc.handlers.tell_publication import tell_publication
from tier_svc.inbound.buying import recover
from tier_svc.inbound.simulating import simulate

JOBS = (
    Job("advance_standings", every_s=5, run=advance_standings, batch_max=2_000),
    Job("fold_purchases", every_s=3_600, run=fold_purchases, batch_max=200),
    Job("tell_expiring", every_s=60, run=tell_expiring, batch_max=500),
    Job("tell_publication", every_s=2, run=tell_publication, batch_max=200),
    Job("recover_step_ups", every_s=1, run=recover, batch_max=8, saga=True),
    Job("simulate_members", every_s=2, run=simulate, batch_max=20_000, saga=True),
    Job("forget_simulations", every_s=3_600, run=forget_simulations, batch_max=100),
)
