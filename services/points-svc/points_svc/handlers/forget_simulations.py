"""Drop simulations whose time is over."""

from chassis.tx import Tx
from points_svc.store import simulations


async def forget_simulations(tx: Tx, limit: int) -> int:
    """What ended more than 90 days ago, a bounded number of rows, pages first; answers how many."""
    pages = await simulations.forget_pages(tx, limit)
    return pages or await simulations.forget_simulations(tx, limit)
