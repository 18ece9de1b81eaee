"""How a member stands who would buy a step up."""

from zoneinfo import ZoneInfo

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain import intervals
from tier_svc.domain.offering import Buyer
from tier_svc.handlers.look_at_member import look_at_member
from tier_svc.store import publications, statuses, step_ups
from tier_svc.store.main_ladder import ladder_asked_for
from tier_svc.store.programme import programme


async def weigh_step(tx: Tx, member_id: MemberId, ladder: str | None) -> Buyer:
    """The member on the ladder, the main one unless named, by the version that shows their tier
    now, and what is for sale there.

    Raises Unpublished. Refusals: MemberNotFound, LadderUnpublished, LadderNotFound.
    """
    known = await look_at_member(tx, member_id, ladder)
    main = await ladder_asked_for(tx, await publications.read_in_force(tx), None)
    version, settings = await programme.current(tx)
    stands = known.told[intervals.at(known.told, tx.now) or 0]
    return Buyer(
        member_id=member_id,
        ladder=known.grounds.version(stands.version).ladder,
        tier=stands.tier,
        status=await statuses.status_of_member(tx, member_id),
        is_pending=await step_ups.is_pending(tx, member_id, known.ladder),
        offers=[one for one in settings.steps if (one.ladder or main) == known.ladder],
        programme_version=version,
        zone=ZoneInfo(settings.zone),
    )
