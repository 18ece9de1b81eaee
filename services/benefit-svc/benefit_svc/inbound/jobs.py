"""What the clock starts."""

from benefit_svc.handlers.expire_vouchers import expire_vouchers
from benefit_svc.handlers.settle_due import settle_due
from benefit_svc.handlers.settle_outdated import settle_outdated
from benefit_svc.inbound.http.redemption_answers import keep_answer
from benefit_svc.processes.walk_redemption import REDEMPTION
from chassis import saga
from chassis.jobs import Job
from chassis.tx import Begin, Cause


async def recover(begin: Begin, cause: Cause, limit: int) -> int:
    """Go on with redemptions that nobody has in hand."""
    return await saga.recover(REDEMPTION, begin, cause, keep_answer, limit)


JOBS = (
    Job("settle_due", every_s=2, run=settle_due, batch_max=500),
    Job("settle_outdated", every_s=2, run=settle_outdated, batch_max=500),
    Job("expire_vouchers", every_s=5, run=expire_vouchers, batch_max=500),
    Job("recover_redemptions", every_s=1, run=recover, batch_max=8, saga=True),
)
