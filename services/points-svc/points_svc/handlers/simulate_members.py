"""Take the oldest open simulation some members further."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from chassis.tx import Begin, Cause, Tx
from points_svc.domain.simulations import Round, Simulation, State
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.look_at_simulation import look_at_simulation
from points_svc.handlers.walk_histories import walk_histories
from points_svc.store import accounts, simulations

Rest = Callable[[], Awaitable[None]]
FACTS_MAX = 5_000
"""After so many facts a round ends with the member in hand."""


async def simulate_members(begin: Begin, cause: Cause, limit: int, rest: Rest) -> int:
    """Look at the next members by id; answers how many, 0 where nothing is open. It may be killed
    anywhere: what was counted and how far commit together, and nothing is locked while it looks.

    After each member, and within long ones, it rests, so that whoever is served meanwhile is.
    """
    async with begin(cause) as tx:
        taken = await simulations.RUNS.take(tx)
    if taken is None:
        return 0
    async with begin(cause) as tx:
        before = await look_at_simulation(tx, taken.of, taken.run_id)
        if before.state is not State.RUNNING:
            return 1
        following = await accounts.members_after(tx, before.last_member, limit)
        found, done = await _look(tx, before, following, rest)
        counted = before.members or await simulations.count_members(tx)
    reached = before.members_done + done
    is_end = done == len(following) < limit
    async with begin(cause) as tx:
        now = replace(
            before,
            members_done=reached,
            members=reached if is_end else max(counted, reached),
            last_member=following[done - 1] if done else before.last_member,
            pages=before.pages + bool(found.moves),
            state=State.DONE if is_end else State.RUNNING,
            ended_at=tx.now if is_end else None,
        )
        if await simulations.keep_round(tx, before, now, found) and found.moves:
            await simulations.add_page(tx, now.simulation_id, now.pages, found.moves)
    return max(1, done)


async def _look(
    tx: Tx, before: Simulation, member_ids: Sequence[str], rest: Rest
) -> tuple[Round, int]:
    """What these members' facts make, and how many of the members were looked at."""
    found = Round(before.tally)
    standings = await load_standings(tx, member_ids, before.scenario.reads) if member_ids else {}
    done = len(member_ids)
    async with aclosing(walk_histories(tx, before.scenario, member_ids)) as stretches:
        async for facts in stretches:
            found.look(before.scenario, standings[facts.member_id], facts)
            await rest()
            if facts.is_end and found.facts >= FACTS_MAX:
                done = member_ids.index(facts.member_id) + 1
                break
    found.leave()
    return found, done
