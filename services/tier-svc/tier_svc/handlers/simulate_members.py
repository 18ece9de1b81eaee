"""Take the oldest open simulation some members further."""

from dataclasses import replace

from chassis.tx import Begin, Cause, Tx
from tier_svc.domain.crowd_sides import is_for_crowds
from tier_svc.domain.simulations import Part, Simulation, State
from tier_svc.handlers.look_at_crowd import Pace, look_at_crowd
from tier_svc.handlers.look_at_each import look_at_each
from tier_svc.handlers.look_at_simulation import look_at_simulation
from tier_svc.store import members, simulations


async def simulate_members(begin: Begin, cause: Cause, limit: int, pace: Pace) -> int:
    """Look at the next members by id; answers how many, 0 where nothing is open. It may be killed
    anywhere: what was counted and how far commit together, and nothing is locked while it looks.
    After each try in vain it looks at a quarter of as many.
    """
    async with begin(cause) as tx:
        taken = await simulations.RUNS.take(tx)
    if taken is None:
        return 0
    limit = max(1, limit >> 2 * taken.tries)
    async with begin(cause) as tx:
        before = await look_at_simulation(tx, taken.of, taken.run_id)
        if before.state is not State.RUNNING:
            return 1
        part = None
        if is_for_crowds(before.scenario):
            part = await look_at_crowd(tx, before, limit, pace)
        if part is None:
            part = await _each(tx, before, min(limit, pace.apart_max), pace)
        await _keep(tx, before, part)
        return max(1, part.members)


async def _each(tx: Tx, before: Simulation, limit: int, pace: Pace) -> Part:
    following = await members.members_after(tx, before.last_member, limit)
    found = await look_at_each(tx, before, following, pace.rest)
    last = following[-1] if following else before.last_member
    return Part(found, len(following), last, len(following) < limit)


async def _keep(tx: Tx, before: Simulation, part: Part) -> None:
    done = before.members_done + part.members
    members_now = before.members or await simulations.count_members(tx)
    now = replace(
        before,
        members=done if part.is_last else max(members_now, done),
        members_done=done,
        last_member=part.last_member,
        state=State.DONE if part.is_last else State.RUNNING,
        ended_at=tx.now if part.is_last else None,
    )
    if await simulations.keep_round(tx, before, now, part.found) and part.found.moves:
        await simulations.add_pages(tx, before, part.found.moves)
