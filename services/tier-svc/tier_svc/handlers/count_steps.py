"""How many steps of an offer a member has bought."""

from chassis.tx import Tx
from tier_svc.domain.instants import Period
from tier_svc.domain.offering import Buyer
from tier_svc.domain.programme import StepOffer
from tier_svc.domain.step_ups import limit_window
from tier_svc.store import step_ups


async def count_steps(tx: Tx, buyer: Buyer, offer: StepOffer) -> int:
    """In the calendar period of the offer's limit that runs now, refused ones left out; of an offer
    without a limit none are counted.
    """
    if offer.limit is None:
        return 0
    window = limit_window(Period(offer.limit.calendar), tx.now, buyer.zone)
    return await step_ups.steps_taken(tx, buyer.member_id, buyer.ladder.name, offer.tier, window)
