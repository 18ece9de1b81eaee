"""What is known of one member, for those who ask."""

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.publications import grounds_of
from tier_svc.domain.refusals import MemberNotFound
from tier_svc.domain.standing import Known
from tier_svc.domain.timeline import told_timeline
from tier_svc.store import publications
from tier_svc.store.histories import known_members
from tier_svc.store.main_ladder import ladder_asked_for


async def look_at_member(tx: Tx, member_id: MemberId, ladder: str | None = None) -> Known:
    """The member's facts and timeline on one ladder, the main one unless named, and on the others,
    as they are known now.

    The timeline is calculated from the facts; what was told equals it. Refusals: MemberNotFound,
    LadderUnpublished, LadderNotFound.
    """
    current = await publications.read_in_force(tx)
    found = await known_members(tx, [member_id], current.ladders)
    if not found:
        raise MemberNotFound
    name = await ladder_asked_for(tx, current, ladder)
    read = {one: grounds_of(several, found[0]) for one, several in current.by_ladder.items()}
    others = [
        Known(one, grounds, told_timeline(grounds)) for one, grounds in read.items() if one != name
    ]
    return Known(name, read[name], told_timeline(read[name]), others)
