"""Note that a step up goes back, before anything is undone."""

from chassis.tx import Tx
from tier_svc.domain.step_ups import StepUp, Why
from tier_svc.store import step_ups


async def turn_back_step_up(tx: Tx, one: StepUp, why: Why) -> StepUp | None:
    """The step going back; None where it is no longer going forward."""
    return await step_ups.turn_back(tx, one, why)
