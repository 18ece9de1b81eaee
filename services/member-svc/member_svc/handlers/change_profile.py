"""Change what a member told about themselves."""

from collections.abc import Sequence

from chassis.tx import Demand, Tx
from contracts.ids import MemberId
from member_svc.domain.members import Consent, MemberShown, ProfileChange, changed
from member_svc.domain.refusals import MemberNotFound
from member_svc.handlers.show_member import show_member
from member_svc.store import members
from member_svc.store.vault import Vault


async def change_profile(
    tx: Tx,
    vault: Vault,
    member_id: MemberId,
    change: ProfileChange,
    consents: Sequence[Consent],
    demand: Demand,
) -> MemberShown:
    """The member after the change, which begins a version only where something differs.

    Purchases that count already keep their occasions. Refusals: MemberNotFound; what `demand`
    raises.
    """
    opened = await members.lock_member(tx, vault, member_id)
    if opened is None:
        raise MemberNotFound
    demand(opened.member.version)
    profile = changed(opened.profile, change)
    is_changed = profile != opened.profile
    if is_changed:
        await members.change_profile(tx, opened.key, profile)
    if consents:
        is_changed |= await members.add_consents(tx, member_id, consents)
    if is_changed:
        await members.count_change(tx, member_id)
    return await show_member(tx, vault, member_id)
