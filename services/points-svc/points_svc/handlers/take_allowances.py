"""Take what was allowed from budgets and caps."""

from chassis.tx import Conflict, Tx
from points_svc.domain.allowances import Left
from points_svc.domain.exhaustion import exhausted
from points_svc.store import campaigns, counters


async def take_allowances(tx: Tx, left: Left | None) -> None:
    """Count what caps let through, keep whom they cut, and take from the budgets, in the order of
    their names and last of all: their rows are the ones that everybody wants. Who takes the last of
    a budget says so. Raises Conflict where a budget does not bear it any more.
    """
    if left is None:
        return
    if left.counted:
        await counters.add_used(tx, left.counted)
    if left.cuts:
        await campaigns.append_cuts(tx, left.cuts)
    if not left.takes:
        return
    spent = await campaigns.take_from_budgets(tx, left.takes)
    if len(spent) < len(left.takes):
        raise Conflict("a budget was spent since it was read")
    tx.emit(*exhausted(left, spent, tx.now))
