"""End a step up that was paid: lift the member, or turn it back where it would lift nobody."""

from zoneinfo import ZoneInfo

from chassis.tx import Tx
from contracts.refusal import Refusal
from tier_svc.domain.granting import Given
from tier_svc.domain.offering import check_lifts
from tier_svc.domain.step_ups import StepUp, Why
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.handlers.weigh_step import weigh_step
from tier_svc.store import members, publications, step_ups, ways
from tier_svc.store.programme import programme
from tier_svc.store.publications import InForce


async def give_step_up(tx: Tx, one: StepUp) -> StepUp | None:
    """Given, with its way up from now on; going back, where it would lift nobody any more; None
    where it no longer goes forward. Raises Unpublished.
    """
    current = await publications.in_force(tx)
    await members.lock_member(tx, one.member_id)
    why = await _why_not(tx, one)
    if why is not None:
        return await step_ups.turn_back(tx, one, why)
    ended = await step_ups.end_as_given(tx, one)
    if ended is not None:
        await _lift(tx, ended, current)
    return ended


async def _why_not(tx: Tx, one: StepUp) -> Why | None:
    """What has become of the member, or of the ladder, since the step was decided."""
    try:
        check_lifts(await weigh_step(tx, one.member_id, one.ladder), one.tier)
    except Refusal as no:
        return Why(no.code, {name: str(said) for name, said in no.numbers.items()})
    return None


async def _lift(tx: Tx, ended: StepUp, current: InForce) -> None:
    _, settings = await programme.current(tx)
    way = ended.way(tx.now, ZoneInfo(settings.zone))
    given = Given(ended.member_id, ended.ladder, way, ended.reason, ended.asked.actor, tx.now)
    await ways.give_way(tx, given)
    await members.note_ways(tx, ended.member_id)
    await evaluate_members(tx, current.only(ended.ladder), {ended.member_id: {way.way_id}})
