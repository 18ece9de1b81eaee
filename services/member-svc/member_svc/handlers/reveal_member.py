"""Show a member in clear to somebody who has a reason."""

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.members import MemberShown
from member_svc.handlers.show_member import show_member
from member_svc.store.audit import audit
from member_svc.store.vault import Vault


async def reveal_member(tx: Tx, vault: Vault, member_id: MemberId, reason: str) -> MemberShown:
    """The member; who saw it, and why, is written down before it is answered (M3). Refusals:
    MemberNotFound.
    """
    shown = await show_member(tx, vault, member_id)
    await audit(tx, "member.reveal", member_id, reason)
    return shown
