"""End a step up that was paid: lift the member."""

from zoneinfo import ZoneInfo

from chassis.tx import Tx
from tier_svc.domain.granting import Given
from tier_svc.domain.step_ups import StepUp
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import members, publications, step_ups, ways
from tier_svc.store.programme import programme


async def give_step_up(tx: Tx, one: StepUp) -> StepUp | None:
    """Given, with its way up from now on; None where it no longer goes forward. What was paid is
    given, whatever has become of the member or the ladder meanwhile. Raises Unpublished.
    """
    current = await publications.in_force(tx)
    await members.lock_member(tx, one.member_id)
    ended = await step_ups.end_as_given(tx, one)
    if ended is None:
        return None
    _, settings = await programme.current(tx)
    way = ended.way(tx.now, ZoneInfo(settings.zone))
    given = Given(ended.member_id, ended.ladder, way, ended.reason, ended.asked.actor, tx.now)
    await ways.give_way(tx, given)
    await members.note_ways(tx, ended.member_id)
    await evaluate_members(tx, current.only(ended.ladder), {ended.member_id: {way.way_id}})
    return ended
