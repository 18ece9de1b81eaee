"""Which segments a member is or was in."""

from chassis.tx import Tx
from contracts.ids import MemberId
from member_svc.domain.refusals import MemberNotFound
from member_svc.domain.segments import Belonging
from member_svc.store import members, segments
from member_svc.store.vault import Vault


async def show_segments(tx: Tx, vault: Vault, member_id: MemberId) -> list[Belonging]:
    """Every segment that anything was said of the member about, by name. Refusals:
    MemberNotFound.
    """
    found = await segments.belongings_of(tx, member_id)
    if not found and not await members.members_of(tx, vault, {member_id}):
        raise MemberNotFound
    return found
