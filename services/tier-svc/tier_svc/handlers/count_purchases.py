"""Hear of purchases."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import PurchaseRecorded
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import facts, members, publications


async def count_purchases(tx: Tx, purchases: Sequence[PurchaseRecorded]) -> None:
    """Keep each purchase and re-evaluate its member. One that was heard before changes nothing."""
    current = await publications.in_force(tx)
    await members.open_members(tx, {one.member_id: one.enrolled_at for one in purchases})
    await evaluate_members(tx, current, await facts.keep_purchases(tx, purchases))
