"""See how a redemption stands."""

from benefit_svc.domain.redemptions import Redemption
from benefit_svc.domain.refusals import RedemptionNotFound
from benefit_svc.store import redemptions
from chassis.tx import Tx
from contracts.ids import RedemptionId


async def see_redemption(tx: Tx, redemption_id: RedemptionId) -> Redemption:
    """The redemption. Refusals: RedemptionNotFound."""
    found = await redemptions.find_redemption(tx, redemption_id)
    if found is None:
        raise RedemptionNotFound
    return found
