"""Pass the changes that were projected and told long ago."""

from chassis.tx import Tx
from tier_svc.domain.evaluation import moment
from tier_svc.handlers.evaluate_members import evaluate_members
from tier_svc.store import ladders, standings


async def advance_standings(tx: Tx, limit: int) -> int:
    """Bring the stored tier of due members up to now; answers how many were due.

    It decides nothing: what was told holds whether or not this has run (T4). Who was never told,
    because no ladder was in force yet, is told now.
    """
    current = await ladders.in_force(tx)
    due = await standings.due_standings(tx, limit)
    told = {one.member_id: moment(one.told, tx.now) for one in due if one.told}
    if told:
        await standings.advance_standings(tx, told)
    await evaluate_members(tx, current, {one.member_id: () for one in due if not one.told})
    return len(due)
