"""End a redemption whose hold can never be captured: the stock goes back."""

from benefit_svc.domain import telling
from benefit_svc.domain.redemptions import Redemption, Why
from benefit_svc.store import redemptions, rewards
from chassis.tx import Tx


async def refuse_redemption(tx: Tx, redemption: Redemption, why: Why) -> Redemption | None:
    """Refused, with its stock back; None where somebody was faster."""
    ended = await redemptions.end_redemption(tx, redemption, why)
    if ended is None:
        return None
    await rewards.give_back_stock(tx, ended.reward_id, ended.quantity)
    tx.emit(telling.of_refusal(ended, why, tx.now))
    return ended
