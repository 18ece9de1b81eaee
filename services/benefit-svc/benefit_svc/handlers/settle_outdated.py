"""After the catalog or the settings changed: give every member what the new rules give."""

from benefit_svc.handlers.settle_members import settle_members
from benefit_svc.store import programme, standings
from chassis.tx import Tx


async def settle_outdated(tx: Tx, limit: int) -> int:
    """Settle at most `limit` members who were last settled under older rules; answers how many."""
    rules = await programme.find_rules(tx)
    if rules is None:
        return 0
    members = sorted(await standings.outdated_standings(tx, rules.version, limit))
    if members:
        await settle_members(tx, await standings.told_tiers(tx, members), rules)
    return len(members)
