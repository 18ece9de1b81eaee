"""Pass the changes that were projected and told long ago."""

from chassis.tx import Tx
from tier_svc.store import standings


async def advance_standings(tx: Tx, limit: int) -> int:
    """Bring the stored tier of due members up to now; answers how many standings were due.

    It decides nothing: what was told holds whether or not this has run (T4).
    """
    return await standings.advance_standings(tx, limit)
