"""Hear what members may do."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.members import MemberStatusChanged
from points_svc.store import statuses


async def remember_statuses(tx: Tx, changes: Sequence[MemberStatusChanged]) -> None:
    """Remember the latest status of each member. What was heard before changes nothing."""
    await statuses.keep_statuses(tx, changes)
