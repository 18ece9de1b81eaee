"""Who is who, for a batch of facts."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.members import Member
from member_svc.domain.owners import Named, Owners
from member_svc.store import identifiers, members
from member_svc.store.vault import Vault


async def find_owners(
    tx: Tx, vault: Vault, asked: Sequence[Named]
) -> tuple[Owners, dict[MemberId, Member]]:
    """The members of these facts.

    An identifier that nobody has stays so until this transaction ends (M5).
    """
    indexes = {one.blind_index for one in asked if one.blind_index is not None}
    by_index = await identifiers.owners(tx, indexes) if indexes else {}
    unowned = indexes - by_index.keys()
    if unowned:
        await identifiers.name_identifiers(tx, unowned)
        locked = await identifiers.lock_shared(tx, unowned)
        by_index |= {index: owner for index, owner in locked.items() if owner is not None}
    named = {one.member_id for one in asked if one.member_id is not None}
    wanted = named | set(by_index.values())
    found = await members.members_of(tx, vault, wanted) if wanted else {}
    return Owners(found, by_index), dict(found)
