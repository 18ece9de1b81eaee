"""Ask whether a member may make points leave."""

from chassis.tx import Tx
from points_svc.domain.refusals import MemberBanned, MemberClosed, MemberSuspended
from points_svc.store import statuses


async def demand_active(tx: Tx, member_id: str) -> None:
    """Before a burn, a hold or a transfer out (M9). What was set aside before may be captured: the
    member has been promised it. Refusals: MemberSuspended, MemberBanned, MemberClosed.
    """
    status = await statuses.status_of(tx, member_id)
    if status == statuses.ACTIVE:
        return
    if status == "suspended":
        raise MemberSuspended
    if status == "banned":
        raise MemberBanned
    raise MemberClosed(member_status=status)
