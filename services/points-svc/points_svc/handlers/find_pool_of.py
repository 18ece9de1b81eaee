"""Which pool a member shares."""

from chassis.tx import Tx
from points_svc.domain.pool_refusals import NotInPool
from points_svc.store import pools


async def find_pool_of(tx: Tx, member_id: str) -> str:
    """The id of the pool that a member shares. Refusals: NotInPool."""
    shared = await pools.pools_of(tx, [member_id])
    if not shared:
        raise NotInPool
    return shared[0][1]
