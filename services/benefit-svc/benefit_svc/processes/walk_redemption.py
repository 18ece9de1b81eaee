"""How a redemption is walked from where it stands to its end, as far as points-svc answers (B4).

Our own row is an intent; points-svc says what became of the hold.
"""

from benefit_svc.domain.redemptions import Redemption
from benefit_svc.domain.saga import REMOTE, Next, Step, first_step, next_step
from benefit_svc.handlers.claim_redemptions import claim_redemptions
from benefit_svc.handlers.end_cancel import end_cancel
from benefit_svc.handlers.fulfil_redemption import fulfil_redemption
from benefit_svc.handlers.refuse_redemption import refuse_redemption
from benefit_svc.handlers.see_redemption import see_redemption
from benefit_svc.handlers.turn_back_redemption import turn_back_redemption
from benefit_svc.outbound.points import call_points
from chassis.saga import Saga, Walk
from chassis.tx import Tx

POINTS_SVC = "points-svc"


async def _ask(walk: Walk[Redemption], one: Redemption, ahead: Next, within_s: float) -> Next:
    client = walk.begin.peer(POINTS_SVC)
    answer = await call_points(client, ahead.step, one, walk.cause, within_s)
    return next_step(one, ahead.step, answer, walk.taken_at)


async def _settle(tx: Tx, one: Redemption, ahead: Next) -> Redemption | None:
    if ahead.step is Step.FULFIL:
        return await fulfil_redemption(tx, one)
    if ahead.step is Step.CANCEL:
        return await end_cancel(tx, one)
    assert ahead.why is not None
    if ahead.step is Step.TURN_BACK:
        return await turn_back_redemption(tx, one, ahead.why)
    return await refuse_redemption(tx, one, ahead.why)


async def _see(tx: Tx, one: Redemption) -> Redemption:
    return await see_redemption(tx, one.redemption_id)


REDEMPTION = Saga(
    name="saga",
    wait=Step.WAIT,
    remote=REMOTE,
    first=first_step,
    ask=_ask,
    settle=_settle,
    see=_see,
    claim=claim_redemptions,
)
