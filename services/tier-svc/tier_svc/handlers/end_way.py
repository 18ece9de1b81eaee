"""End a way up before its time."""

from dataclasses import replace

from chassis.tx import Tx
from contracts.ids import FactId, MemberId
from tier_svc.domain.granting import Given, is_open
from tier_svc.domain.refusals import MemberNotFound, WayEnded, WayNotFound
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import members, publications, ways


async def end_way(tx: Tx, member_id: MemberId, way_id: FactId, reason: str) -> tuple[Given, bool]:
    """The way up, ended now, and whether it was ended by this: what ended it first holds.

    Refusals: MemberNotFound, WayNotFound, WayEnded where its own time was over.
    """
    current = await publications.in_force(tx)
    if not await members.lock_member(tx, member_id):
        raise MemberNotFound
    given = await ways.ways_of_members(tx, [member_id])
    found = next((one for one in given.get(member_id, ()) if one.way.way_id == way_id), None)
    if found is None:
        raise WayNotFound
    if found.ended_at is not None:
        return found, False
    if not is_open(found.way, tx.now):
        raise WayEnded(ended_at=found.way.to_at)
    await ways.end_way(tx, member_id, way_id, tx.now, reason)
    await evaluate_members(tx, current.only(found.ladder), {member_id: {way_id}})
    way = replace(found.way, to_at=max(tx.now, found.way.from_at))
    actor = tx.cause.actor
    return replace(found, way=way, ended_at=tx.now, end_reason=reason, end_actor=actor), True
