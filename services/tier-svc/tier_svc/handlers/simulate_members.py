"""Take the oldest open simulation some members further."""

import asyncio
from dataclasses import replace

from chassis.tx import Begin, Cause, Tx
from contracts.ids import MemberId
from tier_svc.domain.scenario import Division
from tier_svc.domain.simulations import Simulation, State, look_at_all
from tier_svc.handlers.look_at_simulation import look_at_simulation
from tier_svc.store import members, simulations
from tier_svc.store.histories import Also, known_members


async def simulate_members(begin: Begin, cause: Cause, limit: int) -> int:
    """Look at the next members by id; answers how many, 0 where nothing is open. It may be killed
    anywhere: what was counted and how far commit together.

    It calculates beside the event loop, in short turns, so that whoever is served meanwhile is.
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
        return await _round(tx, before, following, is_last=len(following) < limit)


async def _round(tx: Tx, before: Simulation, following: list[MemberId], *, is_last: bool) -> int:
    scenario = before.scenario
    also = Also(
        goods=scenario.division in {Division.STORE, Division.CHANNEL},
        attributes=scenario.division is Division.ATTRIBUTE,
    )
    known = await known_members(tx, following, scenario.ladders, also) if following else []
    found = await asyncio.to_thread(look_at_all, before, known)
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
