"""Transfers as tests speak of them: a programme that offers them, and members who send."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx

from chassis.tx import Conflict
from points_testing.desk import PROGRAMMES, START, Desk, of
from points_testing.ledger import purchase

OFFERED = {"daily_points": 1_000_000, "daily_count": 1_000, "step_up_above": 100_000}


async def offer(desk: Desk, **settings: Any) -> None:
    """Publish `classic`'s settings with these besides."""
    plain = json.loads((PROGRAMMES / "classic" / "points.json").read_text())
    put = await desk.api.put("/v1/points-svc/programme", json={**plain, **settings})
    assert put.status_code == 200, put.text


async def offer_transfers(desk: Desk, **terms: int) -> None:
    """Let members send points, within these limits."""
    await offer(desk, transfers={**OFFERED, **terms})


async def member_with(desk: Desk, *nets: str) -> str:
    """Somebody with a lot a net amount, 1.1 points a unit of money."""
    member = await desk.enroll()
    for n, net in enumerate(nets):
        await desk.stage.deliver(of(member, purchase(f"{member}-{n}", START, net)))
    return member


async def send(desk: Desk, giver: str, to: str, points: object, **more: Any) -> httpx.Response:
    """Ask for a transfer, under a new name unless one is given."""
    body = {"transfer_id": str(uuid4()), "to": to, "points": points, **more}
    return await desk.api.post(f"/v1/points/{giver}/transfers", json=body)


async def heard(desk: Desk, *events: Any) -> None:
    """Deliver, again where somebody was faster."""
    for _ in range(50):
        try:
            return await desk.stage.deliver(*events)
        except Conflict:
            continue
    raise AssertionError("a batch never got through")


def codes(answers: Sequence[httpx.Response]) -> list[str]:
    """The code of each refusal."""
    return [answer.json()["code"] for answer in answers if answer.status_code >= 400]
