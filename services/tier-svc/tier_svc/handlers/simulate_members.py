"""Take the oldest open simulation some members further."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from chassis.tx import Begin, Cause, Tx
from contracts.ids import MemberId
from tier_svc.domain.publications import Known
from tier_svc.domain.scenario import Division
from tier_svc.domain.simulations import Round, Simulation, State, look_at
from tier_svc.handlers.look_at_simulation import look_at_simulation
from tier_svc.store import members, simulations
from tier_svc.store.histories import Also, known_members

Rest = Callable[[], Awaitable[None]]


async def simulate_members(begin: Begin, cause: Cause, limit: int, rest: Rest) -> int:
    """Look at the next members by id; answers how many, 0 where nothing is open. It may be killed
    anywhere: what was counted and how far commit together.

    After each member it rests, so that whoever is served meanwhile is.
    """
    async with begin(cause) as tx:
        tried = await simulations.try_next(tx)
    if tried is None:
        return 0
    async with begin(cause) as tx:
        if not await simulations.lock_running(tx, tried[0]):
            return 1
        before = await look_at_simulation(tx, tried[1], tried[0])
        following = await members.members_after(tx, before.last_member, limit)
        return await _round(tx, before, following, limit, rest)


async def _round(
    tx: Tx, before: Simulation, following: Sequence[MemberId], limit: int, rest: Rest
) -> int:
    is_last = len(following) < limit
    scenario = before.scenario
    also = Also(
        goods=scenario.division in {Division.STORE, Division.CHANNEL},
        attributes=scenario.division is Division.ATTRIBUTE,
    )
    known = await known_members(tx, following, scenario.ladders, also) if following else []
    found = await _look(before, known, rest)
    done = before.members_done + len(following)
    members_now = before.members or await simulations.count_members(tx)
    now = replace(
        before,
        members=done if is_last else max(members_now, done),
        members_done=done,
        last_member=following[-1] if following else before.last_member,
        pages=before.pages + bool(found.moves),
        state=State.DONE if is_last else State.RUNNING,
        ended_at=tx.now if is_last else None,
    )
    await simulations.keep_round(tx, before, now, found)
    return max(1, len(following))


async def _look(before: Simulation, known: Sequence[Known], rest: Rest) -> Round:
    found = Round(before.tally, ())
    for member in known:
        found = look_at(before.scenario, found, member)
        await rest()
    return found
