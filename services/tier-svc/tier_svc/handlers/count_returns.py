"""Hear of returns."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import PurchaseReturned
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import facts, members, publications


async def count_returns(tx: Tx, returns: Sequence[PurchaseReturned]) -> None:
    """Keep each return and re-evaluate its member. One whose purchase is unknown waits for it."""
    current = await publications.in_force(tx)
    await members.open_members(tx, {one.member_id: None for one in returns})
    await evaluate_members(tx, current, await facts.keep_returns(tx, returns))
