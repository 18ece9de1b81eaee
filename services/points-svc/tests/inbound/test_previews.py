"""What a basket would bring, asked before anybody pays."""

from datetime import timedelta
from typing import Any

import pytest

from points_testing.desk import START, Desk, of, tiers
from points_testing.ledger import purchase
from points_testing.office import Office

DAY = timedelta(days=1)


def line(n: int, category: str, amount: int, **more: Any) -> dict[str, Any]:
    fields = {"line_id": str(n), "sku": f"s{n}", "category": category, "quantity": 1}
    return {**fields, "amount_minor": amount, **more}


def basket(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"store_id": "s1", "currency": "CNY", "lines": list(lines), **more}


async def ask(desk: Desk, body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The answer by point type."""
    answer = await desk.api.post("/v1/points:preview", json=body)
    assert answer.status_code == 200, answer.text
    return {one["point_type"]: one for one in answer.json()["points"]}


async def test_P5_a_preview_is_what_the_purchase_then_brings(desk: Desk):
    member = await desk.enroll()
    await desk.hear(tiers(member, 1, (START - DAY, "silver")))
    before = await desk.stage.counts()
    body = basket(line(1, "food", 25_050), line(2, "food", 7), member={"member_id": member})
    shown = await ask(desk, body)
    assert await desk.stage.counts() == before
    assert {name: one["points"] for name, one in shown.items()} == {"points": 300, "growth": 250}
    assert [one["points"] for one in shown["points"]["lines"]] == [300, 0]
    assert shown["points"]["tier"]["tier"] == "silver"
    assert shown["points"]["expires_at"] == "2027-12-31T16:00:00Z"
    bought = of(member, purchase(member, START, "250.50", "0.07"))
    await desk.hear(bought)
    totals = await desk.totals(member)
    assert (totals[bought.fact_id, "points"], totals[bought.fact_id, "growth"]) == (300, 250)
    why = await desk.why(member, f"{bought.fact_id}.points")
    for part in ("rules", "steps", "lines", "tier"):
        assert why[part] == shown["points"][part]


async def test_P5_a_basket_of_nobody_is_rated_in_the_base_tier(desk: Desk):
    shown = await ask(desk, basket(line(1, "food", 10_000)))
    assert (shown["points"]["points"], shown["points"]["tier"]["tier"]) == (110, "regular")


async def test_P5_a_member_whom_nobody_knows(desk: Desk):
    body = basket(line(1, "food", 10_000), member={"member_id": "stranger"})
    refused = await desk.api.post("/v1/points:preview", json=body)
    assert (refused.status_code, refused.json()["code"]) == (404, "member_not_found")


async def test_E5_a_preview_says_what_each_rule_did_or_why_it_did_nothing(desk: Desk):
    office = Office(desk, START + DAY)
    desk.at(office.now)
    await office.write(
        {"rule": "wine", "phase": "base", "effect": UNITS_3, "when": WINE, "priority": 1},
        {"rule": "app_only", "phase": "bonus", "effect": TEN, "when": {"channel": ["app"]}},
        {
            "rule": "large_wine",
            "phase": "bonus",
            "effect": TEN,
            "when": {"all": [WINE, {"line_amount": {"at_least_minor": 50_000}}]},
        },
        {"rule": "day", "phase": "multiplier", "effect": DOUBLE, "exclusive_group": "g"},
        {
            "rule": "night",
            "phase": "multiplier",
            "effect": {"kind": "multiply", "by": "3"},
            "exclusive_group": "g",
        },
        {"rule": "most", "phase": "cap", "effect": {"kind": "at_most", "points": 100}},
    )
    shown = (await ask(desk, basket(line(1, "wine", 1_000), line(2, "food", 2_000))))["points"]
    assert (shown["points"], [one["points"] for one in shown["lines"]]) == (100, [60, 40])
    rules = {one["rule"]: one for one in shown["rules"]}
    assert rules["wine"]["lines"] == [{"line_id": "1", "value": "66"}]
    assert rules["points_by_spend"]["lines"] == [{"line_id": "2", "value": "44"}]
    assert [one["value"] for one in rules["points_by_tier"]["lines"]] == ["11/10", "11/10"]
    assert [one["value"] for one in rules["most"]["lines"]] == ["66", "44"]
    idle = {name: (one["because"], one["leaf"], one["by"]) for name, one in rules.items()}
    assert idle["app_only"] == ("condition", "/when/channel", [])
    assert idle["large_wine"] == ("condition", "/when/all/1/line_amount", [])
    assert idle["night"] == ("outranked", "", ["day"])
    assert idle["growth_by_spend"] == ("other_point_type", "", [])
    steps = {step["step"]: step["value"] for step in shown["steps"]}
    assert steps == {
        "net_minor": "3000",
        "multiplier": "11/5",
        "exact": "110",
        "floored": "110",
        "capped": "100",
    }


WINE = {"category": ["wine"]}
UNITS_3 = {"kind": "per_unit", "points": "3"}
DOUBLE = {"kind": "multiply", "by": "2"}
TEN = {"kind": "fixed", "points": 10}


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        pytest.param({"lines": []}, "/lines", "too_few", id="nothing to buy"),
        pytest.param({"currency": "cny"}, "/currency", "format", id="no such currency"),
        pytest.param({"store_id": None}, "/store_id", "type", id="nowhere"),
        pytest.param(
            {"lines": [line(1, "food", 5, discount_minor=6)]}, "/lines/0", "out_of_range", id="paid"
        ),
        pytest.param(
            {"lines": [line(1, "food", 5), line(1, "food", 5)]}, "", "duplicate", id="line twice"
        ),
        pytest.param({"tier": "gold"}, "/tier", "unknown_field", id="a tier of one's own choosing"),
    ],
)
async def test_a_basket_that_is_none(desk: Desk, change: dict[str, Any], path: str, code: str):
    body = {**basket(line(1, "food", 10_000)), **change}
    refused = await desk.api.post("/v1/points:preview", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert {"path": path, "code": code} in refused.json()["errors"]


async def test_a_preview_needs_its_scope(desk: Desk):
    async with desk.stage.client("points:read") as reader:
        refused = await reader.post("/v1/points:preview", json=basket(line(1, "food", 1)))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_P5_what_surprises_is_named_with_the_draft(desk: Desk):
    office = Office(desk, START)
    document = office.document({"rule": "wine", "phase": "base", "effect": UNITS_3, "when": WINE})
    drafted = await desk.api.post("/v1/accrual-rules", json=document)
    named = [
        {"code": "overlap", "rule": "points_by_spend", "others": ["wine"]},
        {"code": "always_outranked", "rule": "wine", "others": ["points_by_spend"]},
    ]
    found = drafted.json()["findings"]
    assert sorted(found, key=lambda one: str(one["rule"])) == named
    shown = await desk.api.get(f"/v1/accrual-rules/{drafted.json()['version']}")
    assert shown.json()["findings"] == found
    assert shown.json()["document"]["rules"] == document["rules"]
