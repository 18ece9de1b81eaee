"""Hear what members may do."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.members import MemberStatusChanged
from tier_svc.store import statuses


async def remember_statuses(tx: Tx, changes: Sequence[MemberStatusChanged]) -> None:
    """Remember the latest status of each member; what was heard before changes nothing. Where they
    stand stays: their facts say it, and whether those count is decided at intake.
    """
    await statuses.keep_statuses(tx, changes)
