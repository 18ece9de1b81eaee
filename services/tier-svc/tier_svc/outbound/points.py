"""points-svc, as a step up needs it: each call carries the step's own id and may be repeated.

A definite answer becomes a value of the domain. Everything else, a timeout as well as an answer
that we did not expect, is Unknown: it says nothing about what happened.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from chassis.client import Answer as HttpAnswer
from chassis.client import Client
from chassis.client import Unknown as NoAnswer
from chassis.tx import Cause
from tier_svc.domain.saga import Answer, Burned, Cancelled, Denied, Step, Stranger, Unknown
from tier_svc.domain.step_ups import StepUp

PURPOSE = "tier_step"


async def call_points(
    client: Client, step: Step, one: StepUp, cause: Cause, within_s: float
) -> Answer:
    """Make one remote step. No answer within `within_s` seconds is Unknown."""
    try:
        async with asyncio.timeout(within_s):
            if step is Step.BURN:
                return burn_meaning(await _burn(client, one, cause), one)
            return cancel_meaning(await _cancel(client, one, cause))
    except (NoAnswer, TimeoutError):
        return Unknown()


async def _burn(client: Client, one: StepUp, cause: Cause) -> HttpAnswer:
    body = {
        "burn_id": one.step_id,
        "point_type": one.price.point_type,
        "points": one.price.points,
        "purpose": PURPOSE,
    }
    return await client.post(f"/v1/points/{one.member_id}/burns", cause, body)


async def _cancel(client: Client, one: StepUp, cause: Cause) -> HttpAnswer:
    path = f"/v1/points/{one.member_id}/burns/{one.step_id}/cancel"
    return await client.post(path, cause)


def burn_meaning(answer: HttpAnswer, one: StepUp) -> Answer:
    """What an answer about the burn says. Only a business's no is a no: a 401 is not, nor is a 404,
    for points-svc may hear of the member a moment from now.
    """
    if answer.status < 300:
        return Burned() if _is_ours(answer.body, one) else Unknown()
    if answer.code == "member_not_found":
        return Stranger()
    if answer.status in (409, 422):
        return Denied(answer.code, answer.numbers)
    return Unknown()


def cancel_meaning(answer: HttpAnswer) -> Answer:
    """What an answer about the cancel says: done, or to be asked again."""
    is_done = answer.status < 300 and answer.body.get("state") == "cancelled"
    return Cancelled() if is_done else Unknown()


def _is_ours(body: Mapping[str, Any], one: StepUp) -> bool:
    said = (body.get("state"), body.get("points"), body.get("point_type"))
    return said == ("burned", one.price.points, one.price.point_type)
