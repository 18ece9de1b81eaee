"""Hear of what members do besides buying."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import ActivityRecorded
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import members, others, publications


async def count_activities(tx: Tx, activities: Sequence[ActivityRecorded]) -> None:
    """Keep each activity, so that the next ladder may ask for it; re-evaluate where one does."""
    current = await publications.in_force(tx)
    await members.open_members(tx, {one.member_id: one.enrolled_at for one in activities})
    news = await others.keep_activities(tx, activities)
    await evaluate_members(tx, current, news)
