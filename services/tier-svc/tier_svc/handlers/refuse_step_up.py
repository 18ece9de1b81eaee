"""End a step up whose burn can never be made any more."""

from chassis.tx import Tx
from tier_svc.domain.step_ups import StepUp
from tier_svc.store import step_ups


async def refuse_step_up(tx: Tx, one: StepUp) -> StepUp | None:
    """Refused; None where somebody was faster."""
    return await step_ups.end_as_refused(tx, one)
