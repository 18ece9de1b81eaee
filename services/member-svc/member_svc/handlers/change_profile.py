"""Change what a member told about themselves."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.members import Consent, MemberShown, ProfileChange, changed
from member_svc.domain.refusals import MemberNotFound
from member_svc.handlers.show_member import show_member
from member_svc.store import members
from member_svc.store.vault import Vault


async def change_profile(
    tx: Tx, vault: Vault, member_id: MemberId, change: ProfileChange, consents: Sequence[Consent]
) -> MemberShown:
    """The member after the change.

    Purchases that count already keep their occasions. Refusals: MemberNotFound.
    """
    opened = await members.lock_member(tx, vault, member_id)
    if opened is None:
        raise MemberNotFound
    if change.named:
        await members.change_profile(tx, opened.key, changed(opened.profile, change))
    if consents:
        await members.add_consents(tx, member_id, consents)
    return await show_member(tx, vault, member_id)
