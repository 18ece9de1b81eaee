"""Find a member by an identifier."""

from chassis.tx import Tx
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.members import MemberShown
from member_svc.domain.refusals import MemberNotFound
from member_svc.handlers.show_member import show_member
from member_svc.store import identifiers
from member_svc.store.vault import Vault


async def look_up_member(tx: Tx, vault: Vault, index: BlindIndex) -> MemberShown:
    """The member who has this identifier. Refusals: MemberNotFound."""
    owners = await identifiers.owners(tx, [index])
    if index not in owners:
        raise MemberNotFound
    return await show_member(tx, vault, owners[index])
