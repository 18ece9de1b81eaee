"""The doors of the accrual rules: drafts, publication, and what a version may say."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chassis.testing.stage import Stage
from points_testing.desk import PROGRAMMES, START, Desk, of
from points_testing.ledger import purchase

DAY = timedelta(days=1)


def document(programme: str = "classic") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PROGRAMMES / programme / "accrual-rules.json").read_text())
    return found


def doubled() -> dict[str, Any]:
    rules = document()
    rules["rules"][0]["effect"]["points"] = "2"
    return rules


async def test_the_first_version_is_in_force_from_the_beginning_of_time(desk: Desk):
    shown = (await desk.api.get("/v1/accrual-rules/1")).json()
    assert shown | {"state": "published", "effective_from": None} == shown
    assert shown["settings"] == {
        "zone": "Asia/Shanghai",
        "currency": "CNY",
        "minor_units": 2,
        "base_tier": "regular",
    }
    member = await desk.enroll()
    old = of(member, purchase(member, START - 1_000 * DAY, "100.00"))
    await desk.hear(old)
    assert (await desk.totals(member))[old.fact_id, "points"] == 110


async def test_E4_a_fact_is_rated_by_the_version_in_force_when_it_occurred(desk: Desk):
    version = (await desk.api.post("/v1/accrual-rules", json=doubled())).json()["version"]
    publish = f"/v1/accrual-rules/{version}/publish"
    past = await desk.api.post(publish, json={"effective_from": "2026-03-31T23:59:59Z"})
    assert (past.status_code, past.json()["code"]) == (422, "effective_in_past")
    later = {"effective_from": "2026-04-11T00:00:00+08:00"}
    for _ in range(2):
        done = await desk.api.post(publish, json=later)
        assert done.json() | {"effective_from": "2026-04-10T16:00:00Z"} == done.json()
    other = await desk.api.post(publish, json={"effective_from": "2026-04-12T00:00:00Z"})
    assert (other.status_code, other.json()["code"]) == (409, "rules_published")
    desk.at(START + 20 * DAY)
    member = await desk.enroll()
    begins = START + timedelta(days=9, hours=16)
    before, after = (
        of(member, purchase(f"{member}{n}", at, "100.00"))
        for n, at in enumerate((begins - timedelta(microseconds=1), begins))
    )
    await desk.hear(after, before)
    totals = await desk.totals(member)
    assert (totals[before.fact_id, "points"], totals[after.fact_id, "points"]) == (110, 220)
    versions = {p["fact_id"]: p["rule_version"] for p in await desk.postings(member)}
    assert versions == {before.fact_id: "1", after.fact_id: str(version)}


async def test_a_version_that_drops_a_point_type_is_refused(desk: Desk):
    rules = document()
    rules["point_types"] = [t for t in rules["point_types"] if t["point_type"] != "growth"]
    rules["rules"] = [rule for rule in rules["rules"] if rule["point_type"] != "growth"]
    version = (await desk.api.post("/v1/accrual-rules", json=rules)).json()["version"]
    refused = await desk.api.post(f"/v1/accrual-rules/{version}/publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "point_type_dropped")
    assert refused.json()["missing"] == ["growth"]
    assert (await desk.api.get(f"/v1/accrual-rules/{version}")).json()["state"] == "draft"


async def test_a_version_that_is_not_there(desk: Desk):
    for answer in (
        await desk.api.get("/v1/accrual-rules/999"),
        await desk.api.post("/v1/accrual-rules/999/publish"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "rules_not_found")
    assert (await desk.api.get("/v1/accrual-rules/0")).status_code == 422


async def test_a_published_version_is_final(desk: Desk):
    with pytest.raises(Exception, match="never changed"):
        await desk.stage.rows("UPDATE rule_version SET document = '{}' WHERE version = 1")


def changed(path: str, value: object) -> dict[str, Any]:
    """The document with one thing changed; `None` takes it away."""
    rules = document()
    at: Any = rules
    *parents, last = [int(p) if p.isdigit() else p for p in path.strip("/").split("/")]
    for step in parents:
        at = at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return rules


@pytest.mark.parametrize(
    ("path", "value", "where", "code"),
    [
        pytest.param(
            "/rules/0/when", {"all": []}, "/rules/0/when/all", "too_few", id="no condition"
        ),
        pytest.param(
            "/rules/0/when",
            {"all": [{"store": ["s"]}, {"any": [{"tier": ["gold"]}, {"mood": ["good"]}]}]},
            "/rules/0/when/all/1/any/1/mood",
            "unknown_field",
            id="a leaf that there is not is pointed to",
        ),
        pytest.param(
            "/rules/0/when",
            {"all": [{"cel": "payments.all(p, true)"}]},
            "/rules/0/when/all/0/cel",
            "cel_loops",
            id="so is an expression that loops",
        ),
        pytest.param(
            "/rules/0/when",
            {"any": [{"sku": ["a"]}] * 3_000},
            "/rules/0/when/any",
            "too_many",
            id="so are too many clauses",
        ),
        pytest.param(
            "/rules/0/when",
            {"all": [{"any": [{"sku": ["a"]}] * 40}] * 5},
            "/rules/0/when",
            "condition_too_large",
            id="or nodes",
        ),
        pytest.param("/rules/0/caps", [], "/rules/0", "caps_not_available", id="caps of campaigns"),
        pytest.param("/budget", 5, "", "budget_not_available", id="nor are budgets"),
        pytest.param(
            "/rules/1/phase",
            "bonus",
            "/rules/1",
            "effect_not_of_phase",
            id="a bonus multiplies not",
        ),
        pytest.param(
            "/rules/0/exclusive_group",
            "day",
            "/rules/0",
            "group_not_of_phase",
            id="base rules exclude each other as it is",
        ),
        pytest.param(
            "/rules/0/on", "activity", "/rules/0", "effect_not_of_activity", id="nothing was bought"
        ),
        pytest.param(
            "/rules/0/priority", 1_001, "/rules/0/priority", "out_of_range", id="priority"
        ),
        pytest.param(
            "/point_types/0/rounding",
            {"level": "shop"},
            "/point_types/0/rounding/level",
            "not_allowed",
            id="a level that there is not",
        ),
        pytest.param(
            "/rules/0/effect/points",
            1,
            "/rules/0/effect/points",
            "type",
            id="a rate is a decimal string",
        ),
        pytest.param(
            "/rules/0/effect/points",
            "1e3",
            "/rules/0/effect/points",
            "format",
            id="without exponent",
        ),
        pytest.param(
            "/rules/0/effect/points",
            "-1",
            "/rules/0/effect/points",
            "format",
            id="without sign",
        ),
        pytest.param(
            "/rules/0/effect/points",
            "1001",
            "/rules/0/effect/points",
            "out_of_range",
            id="and bounded",
        ),
        pytest.param(
            "/rules/1/effect/multipliers/gold",
            "101",
            "/rules/1/effect/multipliers/gold",
            "out_of_range",
            id="as multipliers are",
        ),
        pytest.param(
            "/point_types/0/expiry",
            {"kind": "months", "n": 0},
            "/point_types/0/expiry/n",
            "out_of_range",
            id="a lot lasts",
        ),
        pytest.param(
            "/point_types/0/expiry/kind",
            "fortnight",
            "/point_types/0/expiry",
            "not_allowed",
            id="for a time we know",
        ),
        pytest.param(
            "/point_types/0/is_burnable",
            False,
            "",
            "points_missing",
            id="points can always be burned",
        ),
        pytest.param(
            "/rules/0/point_type",
            "miles",
            "",
            "point_type_unknown",
            id="a rule is about a type of the version",
        ),
        pytest.param("/rules/3", None, "", "point_type_without_rule", id="every type has a rule"),
        pytest.param(
            "/rules/1/rule", "points_by_spend", "", "rule_twice", id="rules have names of their own"
        ),
        pytest.param(
            "/point_types/1/point_type", "points", "", "point_type_twice", id="and so have types"
        ),
        pytest.param(
            "/rules/3/point_type", "points", "", "point_type_without_rule", id="each has one"
        ),
        pytest.param("/name", None, "/name", "missing", id="a version has a name"),
        pytest.param("/rules", [], "/rules", "too_few", id="and says something"),
    ],
)
async def test_P5_what_a_version_cannot_say_is_refused_by_name(
    desk: Desk, path: str, value: object, where: str, code: str
):
    before = await desk.stage.counts()
    refused = await desk.api.post("/v1/accrual-rules", json=changed(path, value))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert {"path": where, "code": code} in refused.json()["errors"]
    assert await desk.stage.counts() == before


async def test_settings_come_first(stage: Stage, desk: Desk):
    version = (await desk.api.post("/v1/accrual-rules", json=document())).json()["version"]
    await stage.rows("UPDATE document SET name = 'elsewhere'")
    refused = await desk.api.post(f"/v1/accrual-rules/{version}/publish")
    await stage.rows("UPDATE document SET name = 'programme'")
    assert (refused.status_code, refused.json()["code"]) == (409, "settings_unpublished")


@pytest.mark.parametrize(
    "change",
    [
        {"zone": "Mars/Olympus"},
        {"currency": "cny"},
        {"minor_units": 5},
        {"base_tier": ""},
        {"shortfall": "refuse"},
    ],
    ids=str,
)
async def test_settings_that_this_build_cannot_keep_are_refused_by_name(
    desk: Desk, change: dict[str, object]
):
    settings = json.loads((PROGRAMMES / "classic" / "points.json").read_text())
    refused = await desk.api.put("/v1/points-svc/programme", json={**settings, **change})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert refused.json()["errors"][0]["path"] == f"/{next(iter(change))}"
