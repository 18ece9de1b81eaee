"""Somebody who shops with a card, seen through the one address of a running suite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from chassis.testing.eventually import eventually


def client(told: dict[str, Any], key: str = "till") -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {told['keys'][key]}"}
    return httpx.AsyncClient(base_url=told["base_url"], headers=headers, trust_env=False)


async def buy(till: httpx.AsyncClient, card: str) -> str:
    """Enrol a card and buy for 1,000.00 CNY; the member's id."""
    at = datetime.now(UTC)
    identifiers = [{"kind": "card", "value": card}]
    enrolled_at = (at - timedelta(days=1)).isoformat()
    member = await till.post(
        "/v1/members", json={"identifiers": identifiers, "enrolled_at": enrolled_at}
    )
    assert member.status_code == 201, member.text
    purchase = {
        "source_ref": f"receipt-{card}",
        "member": identifiers[0],
        "occurred_at": at.isoformat(),
        "store_id": "store-1",
        "currency": "CNY",
        "lines": [
            {
                "line_id": "1",
                "sku": "sku-1",
                "category": "shoes",
                "quantity": 1,
                "amount_minor": 100_000,
            }
        ],
    }
    bought = await till.post("/v1/purchases", json=purchase)
    assert (bought.status_code, bought.json()["status"]) == (201, "accepted"), bought.text
    member_id: str = member.json()["member_id"]
    return member_id


async def available(till: httpx.AsyncClient, member_id: str) -> int:
    answer = await till.get(f"/v1/points/{member_id}")
    accounts = answer.json().get("accounts", [])
    return sum(each["available"] for each in accounts if each["point_type"] == "points")


async def sees(till: httpx.AsyncClient, member_id: str, points: int) -> None:
    async def stands() -> bool:
        return await available(till, member_id) == points

    await eventually(stands, what=f"{points} points")
