"""What the clock starts for steps that are bought."""

from chassis import saga
from chassis.tx import Begin, Cause
from tier_svc.inbound.http.step_answers import keep_answer
from tier_svc.processes.walk_step_up import STEP_UP


async def recover(begin: Begin, cause: Cause, limit: int) -> int:
    """Go on with steps that nobody has in hand."""
    return await saga.recover(STEP_UP, begin, cause, keep_answer, limit)
