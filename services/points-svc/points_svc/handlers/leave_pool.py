"""A member leaves a pool."""

from chassis.tx import Tx
from points_svc.domain.pool_refusals import NotInPool
from points_svc.domain.pools import Pool
from points_svc.handlers.find_pool import find_pool
from points_svc.store import pools


async def leave_pool(tx: Tx, pool_id: str, member_id: str, source: str) -> Pool:
    """The member shares the pool no longer. Nothing moves: what was theirs stays theirs, what was
    gathered stays where it is. Refusals: PoolNotFound, NotInPool.
    """
    await find_pool(tx, pool_id, is_locked=True)
    if not await pools.drop_sharer(tx, pool_id, member_id):
        raise NotInPool
    revision = await pools.count_change(tx, pool_id)
    await pools.append_change(tx, pool_id, member_id, revision, None, source)
    return await find_pool(tx, pool_id)
