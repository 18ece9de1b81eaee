"""What is known of one member, for those who ask."""

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain import timeline
from tier_svc.domain.refusals import LadderUnpublished, MemberNotFound
from tier_svc.domain.standing import Known
from tier_svc.store import ladders, standings
from tier_svc.store.histories import histories_of_members


async def look_at_member(tx: Tx, member_id: MemberId) -> Known:
    """The member's facts and timeline, as they are known now.

    The timeline is calculated from the facts; what was told equals it. Refusals: MemberNotFound,
    LadderUnpublished.
    """
    found = await standings.read_standings(tx, [member_id])
    enrolled_at = found[0].enrolled_at if found else None
    if enrolled_at is None:
        raise MemberNotFound
    current = await ladders.in_force(tx)
    if current is None:
        raise LadderUnpublished
    ladder, zone = current.ladder, current.zone
    known = (await histories_of_members(tx, [member_id], ladder.point_types))[member_id]
    start = timeline.starts_at(enrolled_at, known)
    return Known(ladder, zone, known, timeline.told(ladder, known, start, start, zone))
