"""Open a pool."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.pools import Pool
from points_svc.domain.refusals import NameReused
from points_svc.handlers.demand_pools import demand_pools
from points_svc.handlers.find_pool import find_pool
from points_svc.handlers.share_pool import share_pool
from points_svc.store import pools

CHANGES_MAX = 1_000


async def open_pool(
    tx: Tx, pool_id: str, asked: Sequence[tuple[str, int]], source: str
) -> tuple[Pool, bool]:
    """A pool that these members share, each with a weight; answers the pool, and whether this
    request had opened it before: then it is as it is by now. Its id is its channel's own (I19).

    Refusals: PoolsNotOffered, NameReused, and what `share_pool` refuses.
    """
    await demand_pools(tx)
    ordered = sorted(asked)
    if not await pools.add_pool(tx, pool_id):
        begun = await pools.changes_of(tx, pool_id, len(ordered) + 1, CHANGES_MAX, source)
        if [(one.member_id, one.share) for one in reversed(begun)] != ordered:
            raise NameReused
        return await find_pool(tx, pool_id), True
    await pools.lock_sharers(tx, [member_id for member_id, _ in ordered])
    for member_id, share in ordered:
        await share_pool(tx, pool_id, member_id, share, source)
    return await find_pool(tx, pool_id), False
