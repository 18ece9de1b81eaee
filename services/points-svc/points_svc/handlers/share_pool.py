"""A member shares a pool, or shares it otherwise."""

from chassis.tx import Tx
from points_svc.domain.pool_refusals import InAnotherPool, PoolFull
from points_svc.domain.pools import Pool
from points_svc.domain.refusals import MemberNotFound
from points_svc.handlers.demand_active import demand_active
from points_svc.handlers.demand_pools import demand_pools
from points_svc.handlers.find_pool import find_pool
from points_svc.store import members, pools


async def share_pool(tx: Tx, pool_id: str, member_id: str, share: int, source: str) -> Pool:
    """From now on the member shares the pool with this weight; said again it changes nothing, but
    that a channel which says so for the first time knows them (I12).
    Refusals: PoolsNotOffered, PoolNotFound, MemberNotFound, MemberSuspended, MemberBanned,
    MemberClosed, PoolFull, InAnotherPool.
    """
    terms = await demand_pools(tx)
    await pools.lock_sharers(tx, [member_id])
    found = await find_pool(tx, pool_id, is_locked=True)
    known = found.find(member_id)
    if known and known.share == share:
        if member_id not in await pools.known_to(tx, pool_id, source):
            await _append(tx, pool_id, member_id, share, source)
        return await find_pool(tx, pool_id)
    if not await members.is_known(tx, member_id):
        raise MemberNotFound
    await demand_active(tx, member_id)
    if known is None and len(found.sharers) >= terms.members_max:
        raise PoolFull(members_max=terms.members_max)
    if not await pools.keep_sharer(tx, pool_id, member_id, share):
        raise InAnotherPool
    await _append(tx, pool_id, member_id, share, source)
    return await find_pool(tx, pool_id)


async def _append(tx: Tx, pool_id: str, member_id: str, share: int, source: str) -> None:
    revision = await pools.count_change(tx, pool_id)
    await pools.append_change(tx, pool_id, member_id, revision, share, source)
