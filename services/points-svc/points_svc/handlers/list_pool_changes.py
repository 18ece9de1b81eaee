"""What was ever said of a pool."""

from chassis.tx import Tx
from points_svc.domain.pools import PoolChange
from points_svc.handlers.find_pool import find_pool
from points_svc.store import pools


async def list_pool_changes(
    tx: Tx, pool_id: str, below: int, limit: int, source: str | None = None
) -> list[PoolChange]:
    """Who came, left, and with which share, newest first, as a channel said it or (None) as all
    did. Refusals: PoolNotFound.
    """
    await find_pool(tx, pool_id)
    return await pools.changes_of(tx, pool_id, below, limit, source)
