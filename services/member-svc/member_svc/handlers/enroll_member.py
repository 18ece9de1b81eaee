"""Enroll someone in one call."""

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain import telling
from member_svc.domain.facts import in_future
from member_svc.domain.members import Enrolment, Member, MemberShown, owner
from member_svc.domain.programme import Terms
from member_svc.handlers.claim_facts import claim_facts
from member_svc.handlers.show_member import show_member
from member_svc.store import identifiers, members
from member_svc.store.vault import DataKey, Vault


async def enroll_member(
    tx: Tx, vault: Vault, terms: Terms, asked: Enrolment
) -> tuple[MemberShown, bool]:
    """The member that these identifiers find, and whether it is new (M1).

    Identifiers that nobody has yet are linked, to a known member too; what was bought with them
    counts from now on.
    Refusals: IdentifiersConflict, OccurredInFuture.
    """
    if asked.enrolled_at is not None and (refusal := in_future(asked.enrolled_at, tx.now)):
        raise refusal
    await identifiers.name_identifiers(tx, asked.identifiers)
    owners = await identifiers.lock_to_link(tx, asked.identifiers)
    known = owner(owners.values())
    key, member = await (_open(tx, vault, known) if known else _add(tx, vault, terms, asked))
    unowned = {index: each for index, each in asked.identifiers.items() if owners[index] is None}
    if unowned:
        await identifiers.link(tx, key, unowned)
        if known:
            await members.count_change(tx, known)
        await claim_facts(tx, terms, member, unowned)
    return await show_member(tx, vault, member.member_id), known is None


async def _open(tx: Tx, vault: Vault, member_id: MemberId) -> tuple[DataKey, Member]:
    opened = await members.find_member(tx, vault, member_id)
    assert opened is not None, "an identifier's owner is a member"
    return opened.key, opened.member


async def _add(tx: Tx, vault: Vault, terms: Terms, asked: Enrolment) -> tuple[DataKey, Member]:
    member = Member(asked.member_id, "active", asked.enrolled_at or tx.now, asked.profile.birthday)
    key, wrapped = vault.new_key(member.member_id)
    await members.add_member(tx, member, asked.source)
    await members.add_vault(tx, key, wrapped, asked.profile)
    if asked.consents:
        await members.add_consents(tx, member.member_id, asked.consents)
    tx.emit(telling.enrolled(member, tx.now, terms))
    return key, member
