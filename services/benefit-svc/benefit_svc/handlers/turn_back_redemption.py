"""Note that a redemption goes back, before anything is undone."""

from benefit_svc.domain.redemptions import Redemption, Why
from benefit_svc.store import redemptions
from chassis.tx import Tx


async def turn_back_redemption(tx: Tx, redemption: Redemption, why: Why) -> Redemption | None:
    """The redemption going back; None where it is no longer going forward."""
    return await redemptions.turn_back(tx, redemption, why)
