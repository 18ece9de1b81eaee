"""Voids, refunds of value, activities, complaints, statuses and bought steps travel through the
suite, and nobody chokes.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest_asyncio

from tests.e2e.settling import PARKED, Rest, rows
from tests.e2e.suite import Ground, Suite
from tests.e2e.test_story import FILES
from tests.e2e.till import Till
from tests.oracle.test_story import ENROLLED, A, B, C, D, on

NOW = on(4, 25)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(ground: Ground) -> AsyncIterator[Suite]:
    suite = Suite(ground, NOW)
    await suite.start()
    await suite.publish(FILES)
    yield suite
    await suite.stop()


async def told(suite: Suite, who: str, path: str, body: Any = None) -> dict[str, Any]:
    """Something said at a door, and taken in."""
    answer = await (await suite.client(who)).post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_is_new_is_heard_by_everybody_twice_and_parked_by_nobody(suite: Suite) -> None:
    till, rest = Till(await suite.client("till"), "CNY"), Rest(suite)
    member_id = await till.enrol("NEW1", ENROLLED)
    for ref, purchase in (("n-A", A), ("n-B", B), ("n-C", C)):
        await till.buy("NEW1", ref, purchase)
    await rest.settle()
    assert (await till.standing(member_id))["tier"] == "silver"
    await told(suite, "till", "/v1/purchases/n-C/void")
    refund = {"line_id": "1", "refund_minor": 5_000}
    body = {"purchase_ref": "n-B", "occurred_at": NOW.isoformat(), "lines": [refund]}
    await told(suite, "till", "/v1/returns", {"source_ref": "n-m", **body})
    done = {"kind": "delivered", "occurred_at": NOW.isoformat(), "purchase_ref": "n-A"}
    await told(
        suite, "web", "/v1/activities", done | {"source_ref": "n-a", "purchase_source": "till"}
    )
    moved = {"status": "suspended", "reason": "asked for it"}
    await told(suite, "staff", f"/v1/members/{member_id}/status", moved)
    await rest.settle()
    await suite.say_again()
    await rest.settle()
    assert [await rows(each, PARKED) for each in suite.processes.values()] == [[], [], [], []]
    assert (await till.standing(member_id))["tier"] == "regular"


async def test_T4_what_was_voided_lifted_no_tier_and_left_no_points(suite: Suite) -> None:
    till, rest = Till(await suite.client("till"), "CNY"), Rest(suite)
    member_id = await till.enrol("NEW2", ENROLLED)
    await till.buy("NEW2", "v-D", D)
    await told(suite, "till", "/v1/purchases/v-D/void")
    await rest.settle()
    points = await till.points(member_id)
    assert (points["available"], points["deficit"]) == (0, 0)
    history = await till.get(f"/v1/standings/{member_id}/history")
    assert {each["tier"] for each in history["items"]} == {"regular"}


async def test_T5_a_bought_step_is_paid_once_and_points_are_rated_by_it(suite: Suite) -> None:
    till, rest = Till(await suite.client("till"), "CNY"), Rest(suite)
    member_id = await till.enrol("NEW3", ENROLLED)
    await till.buy("NEW3", "s-B", B)
    await rest.settle()
    client, path = await suite.client("till"), f"/v1/standings/{member_id}/steps"
    key = {"Idempotency-Key": "a-step-to-silver"}
    for _ in range(2):
        bought = await client.post(path, json={"tier": "silver", "points": 100}, headers=key)
        assert (bought.status_code, bought.json()["state"]) == (201, "given"), bought.text
    await rest.settle()
    await suite.say_again()
    await rest.settle()
    assert (await till.standing(member_id))["tier"] == "silver"
    assert (await till.points(member_id))["available"] == 275 - 100
    suite.clock.at = NOW + timedelta(days=1)
    await till.buy("NEW3", "s-later", replace(A, occurred_at=NOW + timedelta(hours=1)))
    await rest.settle()
    suite.clock.at = NOW
    assert (await till.points(member_id))["available"] == 275 - 100 + 120
    assert [await rows(each, PARKED) for each in suite.processes.values()] == [[], [], [], []]


CARE = {
    "name": "service",
    "rungs": [
        {"tier": "guest"},
        {
            "tier": "friend",
            "test": {
                "all": [
                    {"metric": "visits", "at_least": 1, "window": {"lifetime": True}},
                    {"metric": "complaints", "at_most": 0, "window": {"rolling_days": 30}},
                ]
            },
        },
    ],
}


async def test_M10_a_complaint_costs_a_tier_until_it_proves_to_be_unfounded(suite: Suite) -> None:
    till, rest = Till(await suite.client("till"), "CNY"), Rest(suite)
    draft = await told(suite, "ops", "/v1/ladders", CARE)
    await told(suite, "ops", f"/v1/ladders/{draft['version']}/publish")
    member_id = await till.enrol("NEW4", ENROLLED)
    path = f"/v1/standings/{member_id}?ladder=service"
    await till.buy("NEW4", "f-A", A)
    await rest.settle()
    assert (await till.get(path))["tier"] == "friend"
    complaint = {
        "source_ref": "f-c",
        "purchase_ref": "f-A",
        "kind": "complaint",
        "occurred_at": (NOW - timedelta(days=2)).isoformat(),
        "category": "delivery",
        "severity": "high",
    }
    outcome = {
        "source_ref": "f-o",
        "member": {"member_id": member_id},
        "kind": "outcome",
        "occurred_at": (NOW - timedelta(days=1)).isoformat(),
        "complaint_ref": "f-c",
        "complaint_source": "till",
        "state": "unfounded",
    }
    await told(suite, "till", "/v1/feedback", complaint)
    await rest.settle()
    standing = await till.get(path)
    back_at = NOW + timedelta(days=28)
    assert (standing["tier"], standing["until"]) == ("guest", f"{back_at:%Y-%m-%dT%H:%M:%SZ}")
    await told(suite, "staff", "/v1/feedback", outcome)
    await rest.settle()
    await suite.say_again()
    await rest.settle()
    assert (await till.get(path))["tier"] == "friend"
    history = (await till.get(f"/v1/standings/{member_id}/history?ladder=service"))["items"]
    assert [(one["tier"], one["ordinal"]) for one in history][:3] == [
        ("friend", 1),
        ("guest", 2),
        ("friend", 1),
    ]
    assert (await till.standing(member_id))["ladder"] == "classic"
    assert [await rows(each, PARKED) for each in suite.processes.values()] == [[], [], [], []]
