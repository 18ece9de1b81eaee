"""Decide a step up: write down what has to happen now."""

from dataclasses import dataclass

from chassis.tx import Tx
from contracts.ids import FactId, MemberId
from contracts.quantities import Points
from tier_svc.domain.offering import check_limit, offer_for
from tier_svc.domain.refusals import MemberNotFound
from tier_svc.domain.step_ups import Asked, Price, StepUp
from tier_svc.handlers.count_steps import count_steps
from tier_svc.handlers.weigh_step import weigh_step
from tier_svc.store import members, step_ups


@dataclass(frozen=True)
class DecideStepUp:
    """Who wants a step up to which tier, for `points` where they name the price."""

    step_id: FactId
    member_id: MemberId
    ladder: str | None
    tier: str
    points: int | None
    asked: Asked


async def decide_step_up(tx: Tx, ask: DecideStepUp) -> StepUp:
    """The decision row. No point has moved yet, and nobody is lifted.

    Raises Unpublished. Refusals: MemberNotFound, LadderUnpublished, LadderNotFound, MemberBanned,
    MemberClosed, MemberSuspended, TierUnknown, StepReached, StepNotNext, StepNotOffered,
    StepPriceChanged, StepPending, StepLimitReached.
    """
    if not await members.lock_member(tx, ask.member_id):
        raise MemberNotFound
    buyer = await weigh_step(tx, ask.member_id, ask.ladder)
    offer = offer_for(buyer, ask.tier, ask.points)
    check_limit(offer, await count_steps(tx, buyer, offer))
    begun = StepUp(
        step_id=ask.step_id,
        member_id=ask.member_id,
        ladder=buyer.ladder.name,
        tier=ask.tier,
        price=Price(Points(offer.points), offer.point_type, offer.span),
        programme_version=buyer.programme_version,
        asked=ask.asked,
        decided_at=tx.now,
    )
    await step_ups.begin_step_up(tx, begun)
    return begun
