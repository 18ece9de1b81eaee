"""How a step up is walked from where it stands to its end, as far as points-svc answers (T5).

Our own row says which way it goes; points-svc burns and cancels under the step's id once.
"""

from chassis.saga import Saga, Walk
from chassis.tx import Tx
from tier_svc.domain.saga import REMOTE, Next, Step, first_step, next_step
from tier_svc.domain.step_ups import StepUp
from tier_svc.handlers.claim_step_ups import claim_step_ups
from tier_svc.handlers.give_step_up import give_step_up
from tier_svc.handlers.refuse_step_up import refuse_step_up
from tier_svc.handlers.see_step_up import see_step_up
from tier_svc.handlers.turn_back_step_up import turn_back_step_up
from tier_svc.outbound.points import call_points

POINTS_SVC = "points-svc"


async def _ask(walk: Walk[StepUp], one: StepUp, ahead: Next, within_s: float) -> Next:
    client = walk.begin.peer(POINTS_SVC)
    answer = await call_points(client, ahead.step, one, walk.cause, within_s)
    return next_step(one, ahead.step, answer)


async def _settle(tx: Tx, one: StepUp, ahead: Next) -> StepUp | None:
    if ahead.step is Step.GIVE:
        return await give_step_up(tx, one)
    if ahead.step is Step.REFUSE:
        return await refuse_step_up(tx, one)
    assert ahead.why is not None
    return await turn_back_step_up(tx, one, ahead.why)


async def _see(tx: Tx, one: StepUp) -> StepUp:
    return await see_step_up(tx, one.member_id, one.step_id)


STEP_UP = Saga(
    name="step_up",
    wait=Step.WAIT,
    remote=REMOTE,
    first=first_step,
    ask=_ask,
    settle=_settle,
    see=_see,
    claim=claim_step_ups,
)
