"""Members share no pool any more."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.store import pools


async def leave_pools(tx: Tx, member_ids: Sequence[str]) -> None:
    """Whichever pools these members share, they leave them. Nothing moves: what is theirs was
    always theirs (P10). Who is being let into one meanwhile is waited for.
    """
    await pools.lock_sharers(tx, member_ids)
    shared = await pools.pools_of(tx, member_ids)
    if not shared:
        return
    await pools.lock_pools(tx, sorted({pool_id for _, pool_id in shared}))
    for member_id, pool_id in shared:
        if await pools.drop_sharer(tx, pool_id, member_id):
            revision = await pools.count_change(tx, pool_id)
            await pools.append_change(tx, pool_id, member_id, revision, None)
