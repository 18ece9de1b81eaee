"""A member as they are."""

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.members import MemberShown
from member_svc.domain.refusals import MemberNotFound
from member_svc.store import identifiers, members
from member_svc.store.vault import Vault


async def show_member(tx: Tx, vault: Vault, member_id: MemberId) -> MemberShown:
    """The member with profile, identifiers and consents. Refusals: MemberNotFound."""
    opened = await members.find_member(tx, vault, member_id)
    if opened is None:
        raise MemberNotFound
    return MemberShown(
        member=opened.member,
        profile=opened.profile,
        identifiers=await identifiers.identifiers_of(tx, opened.key),
        consents=await members.consents_of(tx, member_id),
    )
