"""Ask whether points are pooled in this programme."""

from chassis.tx import Tx
from points_svc.domain.pool_refusals import PoolsNotOffered
from points_svc.domain.programme import PoolTerms
from points_svc.store import programme


async def demand_pools(tx: Tx) -> PoolTerms:
    """The limits of pools. Refusals: PoolsNotOffered."""
    found = await programme.programme.find(tx)
    if found is None or found[1].pools is None:
        raise PoolsNotOffered
    return found[1].pools
