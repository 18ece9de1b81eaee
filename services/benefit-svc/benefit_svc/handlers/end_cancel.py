"""End a cancellation: the points are back, the stock follows."""

from benefit_svc.domain import telling
from benefit_svc.domain.redemptions import Redemption
from benefit_svc.store import redemptions, rewards
from chassis.tx import Tx


async def end_cancel(tx: Tx, redemption: Redemption) -> Redemption | None:
    """Cancelled, with its stock back; None where somebody was faster."""
    ended = await redemptions.end_cancel(tx, redemption)
    if ended is None:
        return None
    await rewards.give_back_stock(tx, ended.reward_id, ended.quantity)
    tx.emit(telling.of_cancellation(ended, tx.now))
    return ended
