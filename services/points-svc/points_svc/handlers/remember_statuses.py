"""Hear what members may do."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.members import MemberStatusChanged
from points_svc.handlers.leave_pools import leave_pools
from points_svc.store import statuses


async def remember_statuses(tx: Tx, changes: Sequence[MemberStatusChanged]) -> None:
    """Remember the latest status of each member; who has gone shares no pool any more. What was
    heard before changes nothing.
    """
    await statuses.keep_statuses(tx, changes)
    gone = {change.member_id for change in changes if change.status in statuses.GONE}
    if gone:
        known = await statuses.statuses_of(tx, gone)
        await leave_pools(tx, [one for one in gone if known[one] in statuses.GONE])
