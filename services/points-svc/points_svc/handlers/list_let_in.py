"""Whom a channel let into a pool."""

from chassis.tx import Tx
from points_svc.store import pools


async def list_let_in(tx: Tx, pool_id: str, source: str) -> frozenset[str]:
    """Who was ever let in, or shares otherwise, because this channel said so."""
    return await pools.let_in_by(tx, pool_id, source)
