"""Tills that never give up: they ask again, by natural key or idempotency key, until they know."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from chassis.testing.eventually import eventually
from tests.e2e.till import Till
from tests.oracle.facts import History, Line, Purchase, Return
from tests.oracle.histories import Dealt, Frame, deal, seeded
from tests.oracle.programme import Programme

ASKED_MAX = 2_400
"""Ten minutes and more: where everything dies all the time, a till is patient."""

AGAIN_AFTER_S = 0.25
REWARD = "coffee"
REFUSED = {"points_insufficient"}
NO_STEP = {"member_not_found", "step_reached", "step_timed_out"}
Send = Callable[[], Awaitable[httpx.Response]]


class NeverKnown(AssertionError):
    """A request that never got a definite answer."""


@dataclass
class Told:
    """What was acknowledged: nothing here may ever be lost."""

    histories: dict[str, History] = field(default_factory=dict)
    stepped: dict[str, History] = field(default_factory=dict)
    """Who bought a step to silver, which their history alone does not give."""

    fulfilled: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    asked_again: int = 0
    replayed: int = 0
    """Requests that were asked again and answered from the store: they had taken effect before."""


async def definite(send: Send, told: Told) -> httpx.Response:
    """The first answer that says yes or no: a timeout, a 5xx, a 429 or a 202 is neither."""
    said = ""
    for asked in range(ASKED_MAX):
        try:
            answer = await send()
        except httpx.TransportError as error:
            said = repr(error)
        else:
            if answer.status_code < 500 and answer.status_code not in {202, 429}:
                told.replayed += bool(asked and "Idempotent-Replayed" in answer.headers)
                return answer
            said = answer.text
        told.asked_again += 1
        await asyncio.sleep(AGAIN_AFTER_S)
    raise NeverKnown(said)


class Patient:
    """One till: a member's whole history, in one dealt order, then a redemption."""

    def __init__(self, client: httpx.AsyncClient, programme: Programme, told: Told) -> None:
        self._client = client
        self._bodies = Till(client, programme.currency)
        self._programme = programme
        self._told = told
        self._enrolled: dict[str, datetime] = {}

    async def play(self, name: str, now: datetime, frame: Frame) -> str:
        """Everything that happens to one member; what was acknowledged is noted."""
        history = seeded(name, self._programme, frame)
        ids: dict[str, str] = {}
        member_id = ""
        for fact in facts_of(deal(name, history, now)):
            if fact is None:
                member_id = await self._enrol(name, history.enrolled_at)
            else:
                ids[fact.fact_id] = await self._post(name, history, fact)
        self._told.histories[member_id] = renamed(history, ids)
        await self._redeem(name, member_id)
        return member_id

    async def redeem_and_cancel(self, name: str) -> None:
        """Enough points for a reward, the reward, and its cancel: the points come back."""
        member_id = await self._rich(name)
        answer = await self._send("/v1/redemptions", _asks(member_id), f"redeem-{name}")
        assert answer.status_code == 201, answer.text
        redemption = f"/v1/redemptions/{answer.json()['redemption_id']}"
        answer = await self._send(f"{redemption}/cancel", {"reason": "test"}, f"cancel-{name}")
        assert answer.json()["state"] == "cancelled", answer.text

    async def refused(self, name: str) -> None:
        """A member without points, who stays without."""
        member_id = await self._enrol(name, datetime.now(UTC))
        answer = await self._send("/v1/redemptions", _asks(member_id), f"redeem-{name}")
        assert answer.json().get("code") in REFUSED, answer.text
        self._told.histories[member_id] = History(self._enrolled[member_id])

    async def buy_step(self, name: str) -> None:
        """Enough points for a step to silver, and the step."""
        member_id = await self._rich(name)
        await self._heard_of(member_id)
        answer = await self._buys(name, member_id)
        assert (answer.status_code, answer.json()["state"]) == (201, "given"), answer.text
        self._told.stepped[member_id] = self._told.histories.pop(member_id)

    async def try_step(self, name: str, member_id: str) -> None:
        """A step to silver, if the member may have one: who steps up is no longer where their
        history alone leads.
        """
        answer = await self._buys(name, member_id)
        if answer.status_code == 201:
            self._told.stepped[member_id] = self._told.histories.pop(member_id)
        else:
            assert answer.json()["code"] in REFUSED | NO_STEP, answer.text

    async def refused_step(self, name: str) -> None:
        """A member without points, who stays where they stand."""
        member_id = await self._enrol(name, datetime.now(UTC))
        await self._heard_of(member_id)
        answer = await self._buys(name, member_id)
        assert answer.json().get("code") in REFUSED, answer.text
        self._told.histories[member_id] = History(self._enrolled[member_id])

    async def _buys(self, name: str, member_id: str) -> httpx.Response:
        path, body = f"/v1/standings/{member_id}/steps", {"tier": "silver"}
        return await self._send(path, body, f"step-up-{name}")

    async def _rich(self, name: str) -> str:
        """A member with more points than a reward costs, as soon as they are visible."""
        at = datetime.now(UTC) - timedelta(hours=1)
        member_id = await self._enrol(name, at)
        purchase = Purchase("rich", at, (Line("1", 50_000, 1),))
        history = History(self._enrolled[member_id], (purchase,))
        fact_id = await self._post(name, history, purchase)
        self._told.histories[member_id] = renamed(history, {"rich": fact_id})

        async def has_points() -> bool:
            path = f"/v1/points/{member_id}"
            answer = await definite(lambda: self._client.get(path), self._told)
            accounts = answer.json().get("accounts", [])
            return any(each["available"] for each in accounts)

        await eventually(has_points, what=f"points of {name}")
        return member_id

    async def _enrol(self, name: str, enrolled_at: datetime) -> str:
        body = {
            "identifiers": [{"kind": "card", "value": name}],
            "enrolled_at": enrolled_at.isoformat(),
        }
        answer = await self._send("/v1/members", body)
        assert answer.status_code in {200, 201}, answer.text
        member_id = str(answer.json()["member_id"])
        self._enrolled[member_id] = enrolled_at
        return member_id

    async def _post(self, name: str, history: History, fact: Purchase | Return) -> str:
        ref = f"{name}-{fact.fact_id}"
        if isinstance(fact, Purchase):
            body = self._bodies.purchase_body(name, ref, fact)
            answer = await self._send("/v1/purchases", body)
        else:
            body = self._bodies.return_body(f"{name}-{fact.purchase_id}", ref, fact)
            answer = await self._send("/v1/returns", body)
        assert answer.status_code in {200, 201}, answer.text
        assert answer.json()["status"] != "review", answer.text
        return str(answer.json()["fact_id"])

    async def _redeem(self, name: str, member_id: str) -> None:
        answer = await self._send("/v1/redemptions", _asks(member_id), f"redeem-{name}")
        if answer.status_code == 201:
            self._told.fulfilled[member_id] = answer.json()["redemption_id"]
        else:
            assert answer.json()["code"] in REFUSED, answer.text
            self._told.refused.add(member_id)

    async def _send(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await definite(
            lambda: self._client.post(path, json=body, headers=headers), self._told
        )

    async def _heard_of(self, member_id: str) -> None:
        """Return when tier-svc knows the member."""

        async def is_known() -> bool:
            path = f"/v1/standings/{member_id}"
            answer = await definite(lambda: self._client.get(path), self._told)
            return answer.status_code == 200

        await eventually(is_known, what=f"tier-svc hears of {member_id}")


def _asks(member_id: str) -> dict[str, str]:
    return {"member_id": member_id, "reward_id": REWARD}


def facts_of(dealt: Dealt) -> list[Purchase | Return | None]:
    return [fact for batch in dealt.batches for fact in batch]


def renamed(history: History, ids: dict[str, str]) -> History:
    """The same history under the names that member-svc gave its facts."""
    return History(
        history.enrolled_at,
        tuple(replace(p, fact_id=ids[p.fact_id]) for p in history.purchases),
        tuple(
            replace(r, fact_id=ids[r.fact_id], purchase_id=ids[r.purchase_id])
            for r in history.returns
        ),
    )
