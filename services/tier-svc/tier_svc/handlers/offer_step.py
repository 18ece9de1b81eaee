"""What step up a member could buy now."""

from chassis.tx import Tx
from contracts.ids import MemberId
from contracts.refusal import Refusal
from tier_svc.domain.offering import check_limit, offer_for
from tier_svc.domain.programme import StepOffer
from tier_svc.handlers.count_steps import count_steps
from tier_svc.handlers.weigh_step import weigh_step


async def offer_step(
    tx: Tx, member_id: MemberId, ladder: str | None
) -> tuple[StepOffer, Refusal | None] | None:
    """The offer of the next tier, and why it would be refused if it would; whether there are points
    enough, points-svc says. None where no such step is sold.

    Raises Unpublished. Refusals: MemberNotFound, LadderUnpublished, LadderNotFound.
    """
    buyer = await weigh_step(tx, member_id, ladder)
    offer = next((one for one in buyer.offers if one.tier == buyer.next_tier), None)
    if offer is None:
        return None
    try:
        offer_for(buyer, offer.tier, None)
        check_limit(offer, await count_steps(tx, buyer, offer))
    except Refusal as refusal:
        return offer, refusal
    return offer, None
