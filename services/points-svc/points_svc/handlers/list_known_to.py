"""Whom of a pool a channel knows."""

from chassis.tx import Tx
from points_svc.store import pools


async def list_known_to(tx: Tx, pool_id: str, source: str) -> frozenset[str]:
    """Of whom this channel ever said something in a pool: let in or out, with which share, or
    gathered for.
    """
    return await pools.known_to(tx, pool_id, source)
