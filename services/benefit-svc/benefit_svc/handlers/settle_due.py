"""Grant what begins and expire what ends, at its instant."""

from benefit_svc.handlers.settle_members import settle_members
from benefit_svc.store import programme, standings
from chassis.tx import Tx


async def settle_due(tx: Tx, limit: int) -> int:
    """Settle at most `limit` members who are due; answers how many."""
    members = sorted(await standings.due_standings(tx, limit))
    if members:
        told = await standings.told_tiers(tx, members)
        await settle_members(tx, told, await programme.rules(tx))
    return len(members)
