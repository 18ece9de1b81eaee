"""Give or take points by hand, or ask a second person to."""

from chassis.tx import Tx
from points_svc.domain.adjustments import AdjustmentAsk
from points_svc.domain.postings import Posting
from points_svc.domain.refusals import MemberNotFound
from points_svc.domain.second_person import (
    WaitingAdjustment,
    lapses_at,
    needs_second_person,
    waiting,
)
from points_svc.handlers.adjust_points import adjust_points
from points_svc.handlers.demand_burnable import demand_burnable
from points_svc.store import members, programme, waiting_adjustments


async def ask_adjustment(
    tx: Tx, ask: AdjustmentAsk, adjustment_id: str
) -> Posting | WaitingAdjustment:
    """Adjust at once; above the programme's value nothing moves, and what was asked waits under
    this id for a second person.

    Refusals: MemberNotFound, PointTypeNotBurnable, PointsInsufficient, BalanceTooLarge.
    """
    found = await programme.programme.find(tx)
    terms = found[1].adjustments if found else None
    if terms is None or not needs_second_person(ask, terms):
        return await adjust_points(tx, ask)
    if not await members.is_known(tx, ask.member_id):
        raise MemberNotFound
    rules = await demand_burnable(tx, ask.point_type)
    until = lapses_at(terms, tx.now, rules.zone)
    asked = waiting(ask, adjustment_id, tx.cause.actor, tx.now, until)
    await waiting_adjustments.keep_waiting(tx, asked)
    return asked
