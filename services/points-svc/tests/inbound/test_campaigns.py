"""The doors of campaigns: what a document may say of them, how they stand, whom they cut (P5)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis import metrics
from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase
from points_testing.office import Office

HOUR = timedelta(hours=1)
RULE = {
    "rule": "june_bonus",
    "point_type": "points",
    "phase": "bonus",
    "effect": {"kind": "fixed", "points": 100},
}
JUNE = {
    "campaign": "june",
    "from": "2026-03-01",
    "to": "2026-07-01",
    "budget": 250,
    "rules": [RULE],
}


def document(*campaigns: dict[str, Any]) -> dict[str, Any]:
    return {**Office.document(), "campaigns": list(campaigns)}


def other(written: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The campaign with a rule of another name."""
    return {**written, "rules": [{**RULE, "rule": "other"}], **more}


async def write(desk: Desk, *campaigns: dict[str, Any]) -> int:
    drafted = await desk.api.post("/v1/accrual-rules", json=document(*campaigns))
    assert drafted.status_code == 201, drafted.text
    version = int(drafted.json()["version"])
    done = await desk.api.post(f"/v1/accrual-rules/{version}/publish")
    assert done.status_code == 200, done.text
    return version


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        pytest.param({"budget": None}, "", "budget_missing", id="a budget is mandatory"),
        pytest.param({"budget": 0}, "/budget", "out_of_range", id="and not nothing"),
        pytest.param({"budget": "250"}, "/budget", "type", id="a number"),
        pytest.param({"budget": 10**12}, "/budget", "out_of_range", id="that can be counted"),
        pytest.param({"to": "2026-03-01"}, "", "period_empty", id="it lasts"),
        pytest.param({"to": "2026-02-31"}, "/to", "format", id="to a day that there is"),
        pytest.param({"from": "2026-03-01T00:00:00"}, "/from", "format", id="or an instant"),
        pytest.param({"to": "2026-07-01T00:00:00Z"}, "", "period_mixed", id="days or instants"),
        pytest.param({"caps": {"per_shop": 5}}, "/caps/per_shop", "unknown_field", id="caps"),
        pytest.param({"caps": {"per_member": 0}}, "/caps/per_member", "out_of_range", id="of some"),
        pytest.param({"rules": []}, "/rules", "too_few", id="rules"),
        pytest.param({"rules": [RULE] * 51}, "/rules", "too_many", id="not any number"),
        pytest.param({"priority": 1_001}, "/priority", "out_of_range", id="priority"),
        pytest.param({"mood": 1}, "/mood", "unknown_field", id="nothing else"),
        pytest.param(
            {"rules": [RULE, {**RULE, "rule": "growing", "point_type": "growth"}]},
            "",
            "campaign_of_two_types",
            id="one point type",
        ),
        pytest.param(
            {"rules": [{**RULE, "phase": "cap", "effect": {"kind": "at_most", "points": 5}}]},
            "",
            "cap_not_of_campaign",
            id="caps are no rules",
        ),
        pytest.param(
            {"rules": [{**RULE, "when": {"cel": "payments.all(p, true)"}}]},
            "/rules/0/when/cel",
            "cel_loops",
            id="hostile conditions",
        ),
    ],
)
async def test_P5_what_a_campaign_cannot_say_is_refused_by_name(
    desk: Desk, change: dict[str, Any], where: str, code: str
):
    before = await desk.stage.counts()
    refused = await desk.api.post("/v1/accrual-rules", json=document({**JUNE, **change}))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert {"path": f"/campaigns/0{where}", "code": code} in refused.json()["errors"]
    assert await desk.stage.counts() == before


@pytest.mark.parametrize(
    ("campaigns", "where", "code"),
    [
        pytest.param([JUNE, other(JUNE)], "", "campaign_twice", id="names of their own"),
        pytest.param(
            [JUNE, {**JUNE, "campaign": "july"}], "", "rule_twice", id="and of their rules"
        ),
        pytest.param(
            [{**JUNE, "rules": [{**RULE, "point_type": "miles"}]}],
            "",
            "point_type_unknown",
            id="a type of the version",
        ),
        pytest.param([JUNE] * 21, "/campaigns", "too_many", id="a bounded number"),
        pytest.param(
            [
                {
                    **JUNE,
                    "campaign": f"c{n}",
                    "rules": [{**RULE, "rule": f"r{n}_{m}"} for m in range(50)],
                }
                for n in range(4)
            ],
            "",
            "too_many_rules",
            id="of rules too",
        ),
    ],
)
async def test_P5_campaigns_that_do_not_go_together_are_refused_by_name(
    desk: Desk, campaigns: list[dict[str, Any]], where: str, code: str
):
    refused = await desk.api.post("/v1/accrual-rules", json=document(*campaigns))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert {"path": where, "code": code} in refused.json()["errors"]


async def test_P5_a_campaign_says_what_is_left_and_whom_it_cut(desk: Desk):
    version = await write(desk, JUNE, other(JUNE, campaign="second"))
    shown = (await desk.api.get(f"/v1/accrual-rules/{version}")).json()["document"]["campaigns"]
    assert shown[0] == JUNE
    member = await desk.enroll()
    facts = [of(member, purchase(str(uuid4()), START + n * HOUR, "100.00")) for n in range(1, 5)]
    await desk.hear(*facts)
    stands = (await desk.api.get(f"/v1/accrual-rules/{version}/campaigns")).json()["items"]
    june = {"campaign": "june", "budget": 250, "spent": 250, "left": 0}
    june |= {"cut_facts": 2, "cut_points": 150, "from": "2026-03-01", "to": "2026-07-01"}
    second = {"campaign": "second", "spent": 250, "last_at": "2026-04-01T00:00:00Z"}
    assert stands[0] | june == stands[0]
    assert stands[1] | second == stands[1]
    await desk.stage.run_job("tell_campaigns")
    labels = ("points-svc", "june", "points")
    assert metrics.CAMPAIGN_LEFT.labels(*labels)._value.get() == 0
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        cuts = f"/v1/accrual-rules/{version}/campaigns/june/cuts"
        page = (await desk.api.get(cuts, params={"limit": 1, **cursor})).json()
        found += page["items"]
        if not page["next_cursor"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [(one["fact_id"], one["given"], one["cut"], one["by"]) for one in found] == [
        (facts[2].fact_id, 50, 50, "budget"),
        (facts[3].fact_id, 0, 100, "budget"),
    ]
    assert {one["member_id"] for one in found} == {member}


async def test_P5_a_preview_shows_what_it_would_leave_and_takes_nothing(desk: Desk):
    name, rule = (f"{word}_{uuid4().hex[:8]}" for word in ("c", "r"))
    caps = {"per_member_day": 150}
    version = await write(
        desk, {**JUNE, "campaign": name, "caps": caps, "rules": [{**RULE, "rule": rule}]}
    )
    member = await desk.enroll()
    line = {"line_id": "1", "sku": "s", "category": "food", "quantity": 1, "amount_minor": 10_000}
    basket: dict[str, Any] = {"store_id": "s1", "currency": "CNY", "lines": [line]}
    basket |= {"member": {"member_id": member}, "occurred_at": (START + HOUR).isoformat()}
    before = await desk.stage.counts()
    previews = []
    for n in range(3):
        shown = (await desk.api.post("/v1/points:preview", json=basket)).json()["points"][0]
        assert sum(one["points"] for one in shown["lines"]) == shown["points"]
        previews.append((shown["points"], shown["budgets"][0]["left"], shown["allowances"][0]))
        if not n:
            assert await desk.stage.counts() == before
        await desk.hear(of(member, purchase(str(uuid4()), START + HOUR, "100.00")))
    assert [one[:2] for one in previews] == [(210, 150), (160, 100), (110, 100)]
    limited: dict[str, Any] = {"name": name, "kind": "campaign", "by": "per_member_day"}
    assert previews[1][2] == {**limited, "allowed": 50, "cut": 50, "gives": 50}
    stands = (await desk.api.get(f"/v1/accrual-rules/{version}/campaigns")).json()["items"]
    assert stands[0]["spent"] == 150


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/accrual-rules/9999/campaigns", 404, "rules_not_found"),
        ("/v1/accrual-rules/9999/campaigns/june/cuts", 404, "rules_not_found"),
        ("/v1/accrual-rules/1/campaigns/nobody/cuts", 404, "campaign_not_found"),
        ("/v1/accrual-rules/1/campaigns/No-Name/cuts", 422, "invalid"),
        ("/v1/accrual-rules/0/campaigns", 422, "invalid"),
        ("/v1/accrual-rules/1/campaigns/june/cuts?limit=0", 422, "invalid"),
        ("/v1/accrual-rules/1/campaigns/june/cuts?cursor=x", 422, "invalid"),
    ],
)
async def test_a_campaign_that_is_not_there(desk: Desk, path: str, status: int, code: str):
    refused = await desk.api.get(path)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
