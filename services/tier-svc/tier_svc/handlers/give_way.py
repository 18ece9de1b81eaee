"""Give a member a way up besides the tests."""

from chassis.tx import Tx
from contracts.ids import FactId
from tier_svc.domain.granting import Given, WayAsk, check_status, check_tier, is_open
from tier_svc.domain.refusals import MemberNotFound
from tier_svc.domain.ways import Way, WayKind
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import members, publications, statuses, ways
from tier_svc.store.main_ladder import ladder_asked_for

REPLACED = "replaced"


async def give_way(tx: Tx, ask: WayAsk) -> Given:
    """The way up, as it is kept. A new override ends the one that is open on its ladder.

    Refusals: MemberNotFound, MemberBanned, MemberClosed, LadderUnpublished, LadderNotFound,
    TierUnknown.
    """
    current = await publications.in_force(tx)
    if not await members.lock_member(tx, ask.member_id):
        raise MemberNotFound
    check_status(await statuses.status_of_member(tx, ask.member_id))
    name = await ladder_asked_for(tx, current, ask.ladder)
    check_tier(current.by_ladder[name], ask.member_id, ask.way.tier)
    given = Given(ask.member_id, name, ask.way, ask.reason, tx.cause.actor, tx.now)
    touched = {ask.way.way_id}
    if ask.way.kind is WayKind.OVERRIDE:
        touched |= await _end_overrides(tx, given)
    await ways.give_way(tx, given)
    await members.note_ways(tx, ask.member_id)
    await evaluate_members(tx, current.only(name), {ask.member_id: touched})
    return given


async def _end_overrides(tx: Tx, given: Given) -> set[FactId]:
    before = (await ways.ways_of_members(tx, [given.member_id])).get(given.member_id, [])
    ended = {
        one.way.way_id for one in before if one.ladder == given.ladder and _is_override(one.way, tx)
    }
    for way_id in sorted(ended):
        await ways.end_way(tx, given.member_id, way_id, tx.now, REPLACED)
    return ended


def _is_override(way: Way, tx: Tx) -> bool:
    return way.kind is WayKind.OVERRIDE and is_open(way, tx.now)
