"""What waits for a second person."""

from collections.abc import Sequence
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.second_person import WaitingAdjustment
from points_svc.store import waiting_adjustments


async def list_waiting(
    tx: Tx, after: tuple[datetime, str, str], limit: int
) -> Sequence[WaitingAdjustment]:
    """Adjustments that wait now, oldest first, behind (asked at, member id, adjustment id)."""
    return await waiting_adjustments.waiting_after(tx, tx.now, after, limit)
