"""Hear of new members."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.members import MemberEnrolled
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import members, publications


async def enroll_members(tx: Tx, enrolments: Sequence[MemberEnrolled]) -> None:
    """Open the members' standings. Enrolled members stand on the base rung until a fact lifts
    them.
    """
    enrolled = {one.member_id: one.enrolled_at for one in enrolments}
    current = await publications.in_force(tx)
    await members.open_members(tx, enrolled)
    await evaluate_members(tx, current, dict.fromkeys(enrolled, ()))
