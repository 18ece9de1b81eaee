"""What a till does, and what it is told. It sends everything twice, as tills do after a timeout."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import httpx

from chassis.testing.eventually import eventually
from tests.oracle.facts import Purchase, Return

STORE = "store-1"
NOT_KNOWN = frozenset({202, 429, 503})
"""Answers that say neither yes nor no: whoever got one asks again by the same key."""

KNOWN_MAX_S = 60.0
Jobs = Callable[[], Awaitable[object]]


async def _nothing() -> None:
    """Somebody else runs the jobs."""


class Till:
    """Speaks the doors of api.md. A repeated request is held against its first answer."""

    def __init__(
        self, client: httpx.AsyncClient, currency: str, while_waiting: Jobs | None = None
    ) -> None:
        self._client = client
        self._currency = currency
        self._while_waiting = while_waiting or _nothing
        self.asked_again = 0

    async def enrol(self, card: str, enrolled_at: datetime) -> str:
        first = await self.enrol_once(card, enrolled_at)
        assert first == await self.enrol_once(card, enrolled_at)
        return first

    async def enrol_once(self, card: str, enrolled_at: datetime) -> str:
        body = {
            "identifiers": [{"kind": "card", "value": card}],
            "enrolled_at": enrolled_at.isoformat(),
        }
        answer = await self._definite("/v1/members", body)
        assert answer.status_code in {200, 201}, answer.text
        member_id: str = answer.json()["member_id"]
        return member_id

    async def buy(self, card: str, ref: str, purchase: Purchase) -> dict[str, Any]:
        return await self._fact("/v1/purchases", self.purchase_body(card, ref, purchase))

    async def bring_back(self, purchase_ref: str, ref: str, back: Return) -> dict[str, Any]:
        return await self._fact("/v1/returns", self.return_body(purchase_ref, ref, back))

    def purchase_body(self, card: str, ref: str, purchase: Purchase) -> dict[str, Any]:
        return {
            "source_ref": ref,
            "member": {"kind": "card", "value": card},
            "occurred_at": purchase.occurred_at.isoformat(),
            "store_id": STORE,
            "currency": self._currency,
            "lines": [
                {
                    "line_id": line.line_id,
                    "sku": f"sku-{line.line_id}",
                    "category": "grocery",
                    "quantity": line.units,
                    "amount_minor": line.net_minor,
                }
                for line in purchase.lines
            ],
        }

    def return_body(self, purchase_ref: str, ref: str, back: Return) -> dict[str, Any]:
        return {
            "source_ref": ref,
            "purchase_ref": purchase_ref,
            "occurred_at": back.occurred_at.isoformat(),
            "lines": [
                *({"line_id": line_id, "quantity": units} for line_id, units in back.units),
                *({"line_id": line_id, "refund_minor": money} for line_id, money in back.refunds),
            ],
        }

    async def redeem(self, member_id: str, reward_id: str, key: str) -> httpx.Response:
        """The first definite answer; the repeated one is the same and says so."""
        body = {"member_id": member_id, "reward_id": reward_id}
        headers = {"Idempotency-Key": key}
        first = await self._definite("/v1/redemptions", body, headers)
        again = await self._definite("/v1/redemptions", body, headers)
        assert again.headers["Idempotent-Replayed"] == "true"
        same = {"request_id"}
        assert _without(first.json(), same) == _without(again.json(), same)
        assert first.status_code == again.status_code
        return first

    async def _definite(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask until it is yes or no (I13); what is asked again bears the same key."""
        answers: list[httpx.Response] = []

        async def is_known() -> bool:
            if answers:
                self.asked_again += 1
                await self._while_waiting()
            answers.append(await self._client.post(path, json=body, headers=headers))
            return answers[-1].status_code not in NOT_KNOWN

        await eventually(is_known, KNOWN_MAX_S, f"a definite answer of {path}")
        return answers[-1]

    async def points(self, member_id: str, point_type: str = "points") -> dict[str, Any]:
        answer = await self.get(f"/v1/points/{member_id}")
        found = [each for each in answer["accounts"] if each["point_type"] == point_type]
        return found[0] if found else {}

    async def standing(self, member_id: str) -> dict[str, Any]:
        return await self.get(f"/v1/standings/{member_id}")

    async def use_voucher(self, code: str) -> httpx.Response:
        key = {"Idempotency-Key": f"use-{code}-{STORE}"}
        body = {"code": code, "store_id": STORE}
        return await self._client.post("/v1/vouchers/use", json=body, headers=key)

    async def get(self, path: str) -> dict[str, Any]:
        response = await self._client.get(path)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def _fact(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        before = self.asked_again
        first = await self._definite(path, body)
        again = await self._definite(path, body)
        is_new = first.status_code == 201 or self.asked_again > before
        assert (is_new, again.status_code) == (True, 200), first.text + again.text
        assert again.headers["Idempotent-Replayed"] == "true"
        assert first.json() == again.json()
        answer: dict[str, Any] = first.json()
        return answer


def _without(answer: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in names}
