"""Look at what a purchase would change, before anybody pays."""

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.refusals import MemberNotFound
from tier_svc.domain.supposing import Change, Supposed, suppose
from tier_svc.store import publications
from tier_svc.store.histories import known_members
from tier_svc.store.main_ladder import ladder_asked_for


async def suppose_purchase(
    tx: Tx, member_id: MemberId, ladder: str | None, supposed: Supposed
) -> Change:
    """What it would change on one ladder, the main one unless named. It writes nothing.

    Refusals: MemberNotFound, LadderUnpublished, LadderNotFound.
    """
    current = await publications.read_in_force(tx)
    found = await known_members(tx, [member_id], current.ladders)
    if not found:
        raise MemberNotFound
    name = await ladder_asked_for(tx, current, ladder)
    return suppose(current.by_ladder[name], found[0], supposed)
