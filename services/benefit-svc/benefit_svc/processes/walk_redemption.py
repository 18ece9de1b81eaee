"""Walk a redemption from where it stands to its end, as far as points-svc answers (B4).

Whoever walks may die at any step: the row says what was decided, points-svc says what became of the
hold, and any process that takes the redemption up goes on from there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benefit_svc.domain.redemptions import Redemption
from benefit_svc.domain.saga import REMOTE, Next, Step, first_step, next_step
from benefit_svc.handlers.end_cancel import end_cancel
from benefit_svc.handlers.fulfil_redemption import fulfil_redemption
from benefit_svc.handlers.refuse_redemption import refuse_redemption
from benefit_svc.handlers.see_redemption import see_redemption
from benefit_svc.handlers.turn_back_redemption import turn_back_redemption
from benefit_svc.outbound.points import call_points
from chassis import failpoints
from chassis.tx import Begin, Cause, Conflict, Tx, Unavailable

STEPS_MAX = 20
POINTS_SVC = "points-svc"

STEPS = [step for step in Step if step is not Step.WAIT]
failpoints.register(*(f"saga.before_{step.value}" for step in STEPS))
failpoints.register(*(f"saga.after_{step.value}" for step in STEPS))

Keep = Callable[[Tx, Redemption], Awaitable[None]]


@dataclass(frozen=True)
class Walk:
    """With what a redemption is walked. `keep` stores the final answer, in the transaction that
    ends it.
    """

    begin: Begin
    cause: Cause
    keep: Keep
    within_s: float


async def walk_redemption(walk: Walk, redemption: Redemption) -> Redemption:
    """The redemption as far as it came within the walk's seconds; still open where nothing more
    could be known.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + walk.within_s
    ahead = first_step(redemption)
    for _ in range(STEPS_MAX):
        left_s = deadline - loop.time()
        if ahead.step is Step.WAIT or (ahead.step in REMOTE and left_s <= 0):
            break
        await failpoints.reach(f"saga.before_{ahead.step.value}")
        did = ahead.step
        if did in REMOTE:
            client = walk.begin.peer(POINTS_SVC)
            answer = await call_points(client, did, redemption, walk.cause, left_s)
            ahead = next_step(redemption, did, answer)
        else:
            redemption, ahead = await _local(walk, redemption, ahead)
        await failpoints.reach(f"saga.after_{did.value}")
    return redemption


async def _local(walk: Walk, redemption: Redemption, ahead: Next) -> tuple[Redemption, Next]:
    """One local transaction, told as it stands where somebody was faster. Where the database has no
    answer now, the row is left for whoever comes next.
    """
    try:
        async with walk.begin(walk.cause) as tx:
            moved = await _settle(tx, redemption, ahead)
            if moved is None:
                moved = await see_redemption(tx, redemption.redemption_id)
            elif not moved.is_open:
                await walk.keep(tx, moved)
    except (Conflict, Unavailable):
        return redemption, Next(Step.WAIT)
    return moved, first_step(moved)


async def _settle(tx: Tx, redemption: Redemption, ahead: Next) -> Redemption | None:
    if ahead.step is Step.FULFIL:
        return await fulfil_redemption(tx, redemption)
    if ahead.step is Step.CANCEL:
        return await end_cancel(tx, redemption)
    assert ahead.why is not None
    if ahead.step is Step.TURN_BACK:
        return await turn_back_redemption(tx, redemption, ahead.why)
    return await refuse_redemption(tx, redemption, ahead.why)
