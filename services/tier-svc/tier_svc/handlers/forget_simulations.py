"""Drop simulations whose time is over."""

from chassis.tx import Tx
from tier_svc.store import simulations


async def forget_simulations(tx: Tx, limit: int) -> int:
    """What ended more than 90 days ago, a bounded number of rows; answers how many."""
    return await simulations.RUNS.forget(tx, limit)
