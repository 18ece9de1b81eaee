"""points-svc, as a redemption needs it: each call carries the redemption's own id and may be
repeated.

A definite answer becomes a value of the domain. Everything else, a timeout as well as an answer
that we did not expect, is Unknown: it says nothing about what happened.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, get_args

from benefit_svc.domain.redemptions import Redemption
from benefit_svc.domain.saga import (
    PATIENCE,
    Answer,
    BurnCancelled,
    Denied,
    HoldIs,
    HoldState,
    Step,
    Unknown,
    Unseen,
)
from chassis.client import Answer as HttpAnswer
from chassis.client import Client
from chassis.client import Unknown as NoAnswer
from chassis.tx import Cause
from contracts.quantities import Points

PURPOSE = "redemption"
SECOND = timedelta(seconds=1)
STATES: Mapping[str, HoldState] = {state: state for state in get_args(HoldState)}
UNSEEN = {"hold_not_found": Unseen(), "member_not_found": Unseen(is_stranger=True)}

Call = Callable[[Client, Redemption, Cause], Awaitable[HttpAnswer]]


async def call_points(
    client: Client, step: Step, redemption: Redemption, cause: Cause, within_s: float
) -> Answer:
    """Make one remote step of a redemption. No answer within `within_s` seconds is Unknown."""
    call, meaning = CALLS[step]
    try:
        async with asyncio.timeout(within_s):
            answer = await call(client, redemption, cause)
    except (NoAnswer, TimeoutError):
        return Unknown()
    return meaning(answer, redemption.points)


async def _hold(client: Client, one: Redemption, cause: Cause) -> HttpAnswer:
    body = {
        "hold_id": one.redemption_id,
        "points": one.points,
        "purpose": PURPOSE,
        "lapse_after_s": PATIENCE // SECOND,
    }
    return await client.post(f"/v1/points/{one.member_id}/holds", cause, body)


async def _ask(client: Client, one: Redemption, cause: Cause) -> HttpAnswer:
    return await client.get(_hold_path(one), cause)


async def _capture(client: Client, one: Redemption, cause: Cause) -> HttpAnswer:
    return await client.post(f"{_hold_path(one)}/capture", cause, {"points": one.points})


async def _release(client: Client, one: Redemption, cause: Cause) -> HttpAnswer:
    return await client.post(f"{_hold_path(one)}/release", cause)


async def _cancel_burn(client: Client, one: Redemption, cause: Cause) -> HttpAnswer:
    path = f"/v1/points/{one.member_id}/burns/{one.redemption_id}/cancel"
    return await client.post(path, cause)


def _hold_path(one: Redemption) -> str:
    return f"/v1/points/{one.member_id}/holds/{one.redemption_id}"


def hold_meaning(answer: HttpAnswer, points: Points) -> Answer:
    """What an answer about the hold of `points` says. Only a business's no is a no: a 401 is not,
    nor is any 404, for points-svc may hear of the member, or get our hold, a moment from now.
    """
    if answer.status < 300:
        return _hold_is(answer.body, points)
    if answer.code == "hold_released":
        return HoldIs("released")
    if answer.code == "hold_not_open":
        return _hold_is(answer.body, points)
    if answer.code in UNSEEN:
        return UNSEEN[answer.code]
    if answer.status in (409, 422):
        return Denied(answer.code, answer.numbers)
    return Unknown()


def cancel_meaning(answer: HttpAnswer, points: Points) -> Answer:
    """What an answer about the cancel of the burn of `points` says: done, or to be asked again."""
    is_done = answer.status < 300 and answer.body.get("points") == points
    return BurnCancelled() if is_done else Unknown()


def _hold_is(body: Mapping[str, Any], points: Points) -> HoldIs | Unknown:
    """A hold that burned other than our points is not ours, and says nothing."""
    found = STATES.get(str(body.get("state")))
    is_others = found == "captured" and body.get("captured") != points
    return Unknown() if found is None or is_others else HoldIs(found)


CALLS: Mapping[Step, tuple[Call, Callable[[HttpAnswer, Points], Answer]]] = {
    Step.HOLD: (_hold, hold_meaning),
    Step.ASK: (_ask, hold_meaning),
    Step.CAPTURE: (_capture, hold_meaning),
    Step.RELEASE: (_release, hold_meaning),
    Step.CANCEL_BURN: (_cancel_burn, cancel_meaning),
}
