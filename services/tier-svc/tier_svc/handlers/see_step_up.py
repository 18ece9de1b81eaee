"""See how a step up stands."""

from chassis.tx import Tx
from contracts.ids import FactId, MemberId
from tier_svc.domain.step_refusals import StepNotFound
from tier_svc.domain.step_ups import StepUp
from tier_svc.store import step_ups


async def see_step_up(tx: Tx, member_id: MemberId, step_id: FactId) -> StepUp:
    """The step. Refusals: StepNotFound."""
    found = await step_ups.find_step_up(tx, member_id, step_id)
    if found is None:
        raise StepNotFound
    return found
