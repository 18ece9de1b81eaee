"""Decide, as a second person, about an adjustment that waits."""

from dataclasses import replace

from chassis.tx import Tx
from points_svc.domain.move_refusals import AdjustmentNotFound
from points_svc.domain.second_person import POSTED, WaitingAdjustment, demand_second_person
from points_svc.handlers.adjust_points import adjust_points
from points_svc.store import waiting_adjustments


async def decide_adjustment(
    tx: Tx, member_id: str, adjustment_id: str, verdict: str
) -> tuple[WaitingAdjustment, bool]:
    """Post it (`posted`), as an adjustment of this moment, or leave it (`rejected`); answers how it
    stands, and whether this person had decided so before.

    Refusals: AdjustmentNotFound, AdjustmentNotWaiting, SamePerson, and those of the adjustment,
    which then waits on.
    """
    one = await waiting_adjustments.lock_waiting(tx, member_id, adjustment_id)
    if one is None:
        raise AdjustmentNotFound
    by = tx.cause.actor
    if (one.state, one.decided_by) == (verdict, by):
        return one, True
    demand_second_person(one, by, tx.now)
    decided = one.decided(verdict, by, tx.now)
    if verdict == POSTED:
        posting = await adjust_points(tx, one.ask, one)
        decided = replace(decided, posting_id=posting.posting_id)
    await waiting_adjustments.decide_waiting(tx, decided)
    return decided, False
