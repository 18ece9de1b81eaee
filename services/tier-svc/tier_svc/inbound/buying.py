"""What the clock starts for steps that are bought."""

from uuid_utils import uuid7

from chassis.tx import Begin, Cause
from tier_svc.inbound.http.step_answers import keep_answer
from tier_svc.processes.recover_step_ups import recover_step_ups


async def recover(begin: Begin, limit: int) -> int:
    """Go on with steps that nobody has in hand."""
    cause = Cause(request_id=str(uuid7()), actor="job:recover_step_ups")
    return await recover_step_ups(begin, cause, keep_answer, limit)
