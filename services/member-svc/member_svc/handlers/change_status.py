"""Let a member do more, or less."""

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain import telling
from member_svc.domain.members import MemberShown
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import MemberNotFound
from member_svc.domain.statuses import MemberStatus, moved
from member_svc.handlers.show_member import show_member
from member_svc.store import members
from member_svc.store.audit import audit
from member_svc.store.vault import Vault


async def change_status(
    tx: Tx, vault: Vault, terms: Terms, member_id: MemberId, asked: tuple[MemberStatus, str]
) -> MemberShown:
    """The member after the change, which is written down with its reason and told from now on; the
    status they have already changes nothing.

    `asked` is the status and why. Refusals: MemberNotFound, StatusUnreachable.
    """
    status, reason = asked
    opened = await members.lock_member(tx, vault, member_id)
    if opened is None:
        raise MemberNotFound
    if status != opened.member.status:
        member = moved(opened.member, status, tx.now)
        await members.change_status(tx, member)
        await audit(tx, f"member.{status}", member_id, reason)
        tx.emit(telling.status_changed(member, tx.now, terms))
    return await show_member(tx, vault, member_id)
