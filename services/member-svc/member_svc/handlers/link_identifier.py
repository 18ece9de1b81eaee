"""Give a member one more identifier."""

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.identifiers import BlindIndex, Identifier, Linked, identifier_id
from member_svc.domain.members import owner
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import MemberNotFound
from member_svc.handlers.claim_facts import claim_facts
from member_svc.store import identifiers, members
from member_svc.store.vault import Vault


async def link_identifier(
    tx: Tx, vault: Vault, terms: Terms, member_id: MemberId, named: tuple[BlindIndex, Identifier]
) -> tuple[Linked, bool]:
    """The link, and whether it is new. What was bought with the identifier before counts from now
    on (M5).

    Refusals: MemberNotFound, IdentifiersConflict where another member has it.
    """
    index, identifier = named
    await identifiers.name_identifiers(tx, [index])
    owners = await identifiers.lock_to_link(tx, [index])
    opened = await members.lock_member(tx, vault, member_id)
    if opened is None:
        raise MemberNotFound
    owner([*owners.values(), member_id])
    is_new = owners[index] is None
    if is_new:
        await identifiers.link(tx, opened.key, {index: identifier})
        await members.count_change(tx, member_id)
        await claim_facts(tx, terms, opened.member, [index])
    return Linked(identifier_id(member_id, index), identifier), is_new
