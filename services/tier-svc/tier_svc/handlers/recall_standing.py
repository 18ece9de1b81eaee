"""What one member had been told by an instant."""

from datetime import datetime

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.recalling import Recalled, told_by
from tier_svc.domain.refusals import MemberNotFound
from tier_svc.store import members, publications, told_log
from tier_svc.store.main_ladder import ladder_asked_for


async def recall_standing(
    tx: Tx, member_id: MemberId, ladder: str | None, known_at: datetime
) -> Recalled:
    """The timelines as they had been told by `known_at`, a part of which may be untrue by what is
    known now.

    Refusals: MemberNotFound, LadderUnpublished, LadderNotFound.
    """
    current = await publications.read_in_force(tx)
    if not await members.enrolled_members(tx, [member_id]):
        raise MemberNotFound
    name = await ladder_asked_for(tx, current, ladder)
    tellings = await told_log.tellings_of_member(tx, member_id, known_at)
    return Recalled(name, {one: told_by(several) for one, several in tellings.items()})
