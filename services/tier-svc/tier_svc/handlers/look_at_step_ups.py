"""Look at the steps that a member bought."""

from datetime import datetime

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.step_ups import StepUp
from tier_svc.store import step_ups


async def look_at_step_ups(
    tx: Tx, member_id: MemberId, before: tuple[datetime, str] | None, limit: int
) -> list[StepUp]:
    """Newest first, refused ones too; those decided before an instant and id."""
    return await step_ups.step_ups_before(tx, member_id, before, limit)
