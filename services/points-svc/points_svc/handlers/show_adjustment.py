"""How an adjustment stands that was asked for."""

from chassis.tx import Tx
from points_svc.domain.move_refusals import AdjustmentNotFound
from points_svc.domain.second_person import WaitingAdjustment
from points_svc.store import waiting_adjustments


async def show_adjustment(tx: Tx, member_id: str, adjustment_id: str) -> WaitingAdjustment:
    """An adjustment that waits or waited for a second person. Refusals: AdjustmentNotFound."""
    found = await waiting_adjustments.find_waiting(tx, member_id, adjustment_id)
    if found is None:
        raise AdjustmentNotFound
    return found
