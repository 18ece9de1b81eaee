"""Look at members one by one."""

from collections.abc import Awaitable, Callable, Sequence

from chassis.tx import Tx
from contracts.ids import MemberId
from tier_svc.domain.scenario import Division
from tier_svc.domain.simulations import Round, Simulation, look_at
from tier_svc.store.histories import Also, known_members

Rest = Callable[[], Awaitable[None]]


async def look_at_each(
    tx: Tx, before: Simulation, member_ids: Sequence[MemberId], rest: Rest
) -> Round:
    """What a simulation finds of these members, added to what it has found so far.

    After each member it rests, so that whoever is served meanwhile is.
    """
    scenario = before.scenario
    also = Also(
        goods=scenario.division in {Division.STORE, Division.CHANNEL},
        attributes=scenario.division is Division.ATTRIBUTE,
        segments=scenario.division is Division.SEGMENT,
    )
    found = Round(before.tally, ())
    if not member_ids:
        return found
    for member in await known_members(tx, member_ids, scenario.ladders, also):
        found = look_at(scenario, found, member)
        await rest()
    return found
