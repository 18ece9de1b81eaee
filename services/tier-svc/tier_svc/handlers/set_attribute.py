"""Keep what staff set of a member."""

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.facts import Fact
from tier_svc.domain.granting import check_status
from tier_svc.domain.refusals import MemberNotFound
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import members, others, publications, statuses


async def set_attribute(tx: Tx, member_id: MemberId, fact: Fact, evidence: str) -> None:
    """Keep the setting, so that any ladder may ask for it, and re-evaluate where one does.

    Refusals: MemberNotFound, MemberBanned, MemberClosed.
    """
    current = await publications.in_force(tx)
    if not await members.lock_member(tx, member_id):
        raise MemberNotFound
    check_status(await statuses.status_of_member(tx, member_id))
    await others.set_attribute(tx, member_id, fact, evidence)
    await evaluate_members(tx, current, {member_id: {fact.fact_id}})
