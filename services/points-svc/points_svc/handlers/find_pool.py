"""A pool as it is now."""

from chassis.tx import Tx
from points_svc.domain.pool_refusals import PoolNotFound
from points_svc.domain.pools import Pool
from points_svc.store import pools


async def find_pool(tx: Tx, pool_id: str, *, is_locked: bool = False) -> Pool:
    """One pool; locked until the transaction ends, where it is to be changed or gathered from.
    Refusals: PoolNotFound.
    """
    if is_locked:
        await pools.lock_pools(tx, [pool_id])
    found = await pools.find_pool(tx, pool_id)
    if found is None:
        raise PoolNotFound
    return found
