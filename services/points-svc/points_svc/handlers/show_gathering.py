"""A gathering that was made."""

from chassis.tx import Tx
from points_svc.domain.pool_refusals import GatheringNotFound
from points_svc.domain.pools import Gathering
from points_svc.store import gatherings


async def show_gathering(
    tx: Tx, pool_id: str, member_id: str, gathering_id: str, source: str | None
) -> Gathering:
    """A member's gathering from a pool: of a channel, or (None) of any. Refusals:
    GatheringNotFound.
    """
    found = await gatherings.find_gathering(tx, member_id, gathering_id, source)
    if found is None or found.pool_id != pool_id:
        raise GatheringNotFound
    return found
