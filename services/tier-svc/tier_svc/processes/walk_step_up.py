"""Walk a step up from where it stands to its end, as far as points-svc answers (T5).

Whoever walks may die at any step: the row says what was decided, points-svc burns and cancels under
the step's id once, and any process that takes the step in hand goes on from there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from chassis import failpoints
from chassis.tx import Begin, Cause, Conflict, Tx, Unavailable
from tier_svc.domain.saga import REMOTE, Next, Step, first_step, next_step
from tier_svc.domain.step_ups import StepUp
from tier_svc.handlers.give_step_up import give_step_up
from tier_svc.handlers.refuse_step_up import refuse_step_up
from tier_svc.handlers.see_step_up import see_step_up
from tier_svc.handlers.turn_back_step_up import turn_back_step_up
from tier_svc.outbound.points import call_points

STEPS_MAX = 20
POINTS_SVC = "points-svc"

STEPS = [step for step in Step if step is not Step.WAIT]
failpoints.register(*(f"step_up.before_{step.value}" for step in STEPS))
failpoints.register(*(f"step_up.after_{step.value}" for step in STEPS))

Keep = Callable[[Tx, StepUp], Awaitable[None]]


@dataclass(frozen=True)
class Walk:
    """With what a step is walked, taken in hand at `taken_at`. `keep` stores the final answer, in
    the transaction that ends it.
    """

    begin: Begin
    cause: Cause
    keep: Keep
    within_s: float
    taken_at: datetime


async def walk_step_up(walk: Walk, one: StepUp) -> StepUp:
    """The step as far as it came within the walk's seconds; still open where nothing more could be
    known.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + walk.within_s
    ahead = first_step(one, walk.taken_at)
    for _ in range(STEPS_MAX):
        left_s = deadline - loop.time()
        if ahead.step is Step.WAIT or (ahead.step in REMOTE and left_s <= 0):
            break
        await failpoints.reach(f"step_up.before_{ahead.step.value}")
        did = ahead.step
        if did in REMOTE:
            client = walk.begin.peer(POINTS_SVC)
            ahead = next_step(one, did, await call_points(client, did, one, walk.cause, left_s))
        else:
            one, ahead = await _local(walk, one, ahead)
        await failpoints.reach(f"step_up.after_{did.value}")
    return one


async def _local(walk: Walk, one: StepUp, ahead: Next) -> tuple[StepUp, Next]:
    """One local transaction, told as it stands where somebody was faster. Where the database has no
    answer now, the row is left for whoever comes next.
    """
    try:
        async with walk.begin(walk.cause) as tx:
            moved = await _settle(tx, one, ahead)
            if moved is None:
                moved = await see_step_up(tx, one.member_id, one.step_id)
            elif not moved.is_open:
                await walk.keep(tx, moved)
    except (Conflict, Unavailable):
        return one, Next(Step.WAIT)
    return moved, first_step(moved, walk.taken_at)


async def _settle(tx: Tx, one: StepUp, ahead: Next) -> StepUp | None:
    if ahead.step is Step.GIVE:
        return await give_step_up(tx, one)
    if ahead.step is Step.REFUSE:
        return await refuse_step_up(tx, one)
    assert ahead.why is not None
    return await turn_back_step_up(tx, one, ahead.why)
