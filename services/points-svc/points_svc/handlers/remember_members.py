"""Hear who enrolled."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.members import MemberEnrolled
from points_svc.store import members


async def remember_members(tx: Tx, enrolled: Sequence[MemberEnrolled]) -> None:
    """Remember who enrolled, so that a member without points is answered zeros. Again changes
    nothing.
    """
    await members.remember_members(tx, enrolled)
