"""Ask whether a member may make points leave."""

from chassis.tx import Tx
from points_svc.domain import member_status
from points_svc.store import statuses


async def demand_active(tx: Tx, member_id: str) -> None:
    """Before a transfer out or a gathering (M9). What was set aside before may be captured: the
    member has been promised it. Refusals: MemberSuspended, MemberBanned, MemberClosed.
    """
    member_status.demand_active(await statuses.status_of(tx, member_id))
