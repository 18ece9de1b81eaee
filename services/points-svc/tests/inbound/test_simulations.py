"""Simulations of accrual rules at the door: who may ask, for what, and what is refused (P5, T7)."""

from datetime import timedelta

import pytest

from chassis.runs import OPEN_MAX
from points_testing.desk import START, Desk
from points_testing.office import Office
from points_testing.simulating import Planner

DAY = timedelta(days=1)


@pytest.fixture
async def planner(desk: Desk) -> Planner:
    office = Office(desk, START + 40 * DAY)
    desk.at(office.now)
    await desk.stage.run_job("simulate_members")
    return Planner(desk, office)


async def test_T7_who_asks_is_told_where_to_look_and_how_far_it_is(planner):
    api, version = planner.desk.api, await planner.draft()
    answer = await api.post(f"/v1/accrual-rules/{version}/simulate")
    asked = answer.json()
    place = f"/v1/accrual-rules/{version}/simulations/{asked['simulation_id']}"
    assert (answer.status_code, answer.headers["Location"]) == (202, place)
    assert (asked["state"], asked["result"], asked["members_done"]) == ("waiting", None, 0)
    assert (asked["from"], asked["to"]) == ("2025-05-11T00:00:00Z", "2026-05-11T00:00:00Z")
    again = (await api.post(f"/v1/accrual-rules/{version}/simulate")).json()
    assert again["simulation_id"] == asked["simulation_id"]
    await planner.desk.stage.run_job("simulate_members")
    done = (await api.get(place)).json()
    assert done["state"] == "done"
    assert [one["point_type"] for one in done["result"]["point_types"]] == ["growth", "points"]
    other = (await api.post(f"/v1/accrual-rules/{version}/simulate")).json()
    assert other["simulation_id"] != asked["simulation_id"]


async def test_T7_simulations_of_a_version_are_listed_newest_first(planner):
    version, ids = await planner.draft(), []
    for day in range(1, 4):
        planner.desk.at(planner.office.now + day * DAY)
        place = await planner.ask(version, START, START + day * DAY)
        ids.append(place.rsplit("/", 1)[1])
    first = await planner.read(f"/v1/accrual-rules/{version}/simulations?limit=2")
    query = f"limit=2&cursor={first['next_cursor']}"
    last = await planner.read(f"/v1/accrual-rules/{version}/simulations?{query}")
    found = [one["simulation_id"] for one in (*first["items"], *last["items"])]
    assert found == ids[::-1]
    assert last["next_cursor"] is None
    assert all(one["result"] is None for one in first["items"])
    for place in ids:
        await planner.desk.api.post(f"/v1/accrual-rules/{version}/simulations/{place}/cancel")


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        pytest.param({"to": "2027-01-01T00:00:00Z"}, "invalid", "/to", id="the future"),
        pytest.param(
            {"from": "2026-04-02T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
            "invalid",
            "/from",
            id="backwards",
        ),
        pytest.param(
            {"from": "2026-04-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
            "invalid",
            "/from",
            id="no time",
        ),
        pytest.param({"from": "1969-01-01T00:00:00Z"}, "invalid", "/from", id="before 1970"),
        pytest.param({"from": "2014-01-01T00:00:00Z"}, "invalid", "/from", id="over ten years"),
        pytest.param({"against": 0}, "invalid", "/against", id="against no version"),
        pytest.param(
            {"point_values": {"points": "1/3"}}, "invalid", "/point_values/points", id="a fraction"
        ),
        pytest.param(
            {"point_values": {"miles": "1"}},
            "simulation_invalid",
            "/point_values/miles",
            id="unknown points",
        ),
        pytest.param({"form": None}, "invalid", "/form", id="an unknown field"),
    ],
)
async def test_T7_what_cannot_be_simulated(planner, body, code, where):
    counted = await planner.desk.stage.counts()
    version = await planner.draft()
    answer = await planner.desk.api.post(f"/v1/accrual-rules/{version}/simulate", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code), problem
    assert [error["path"] for error in problem["errors"]] == [where]
    after = await planner.desk.stage.counts()
    assert after.get("simulation") == counted.get("simulation")


async def test_T7_a_version_that_nobody_drafted(planner):
    api, version = planner.desk.api, await planner.draft()
    unknown = await api.post("/v1/accrual-rules/9999/simulate")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "rules_not_found")
    against = await api.post(f"/v1/accrual-rules/{version}/simulate", json={"against": 9999})
    assert (against.status_code, against.json()["code"]) == (404, "rules_not_found")


async def test_T7_no_more_are_open_than_may_be(planner):
    version = await planner.draft()
    places = [await planner.ask(version, START, START + n * DAY) for n in range(1, OPEN_MAX + 1)]
    refused = await planner.desk.api.post(f"/v1/accrual-rules/{version}/simulate")
    assert (refused.status_code, refused.json()["code"]) == (409, "simulations_full")
    assert refused.json()["open_max"] == OPEN_MAX
    await planner.desk.api.post(f"{places[0]}/cancel")
    assert (await planner.desk.api.post(f"/v1/accrual-rules/{version}/simulate")).is_success
    await planner.desk.stage.run_job("simulate_members")


@pytest.mark.parametrize("door", ["", "/moves"])
async def test_T7_there_is_no_such_simulation(planner, door):
    version, other = await planner.draft(), await planner.draft()
    place = await planner.ask(version, START, START + DAY)
    of_another = place.replace(f"/{version}/", f"/{other}/")
    for wrong in (of_another, place[:-3] + "xyz"):
        answer = await planner.desk.api.get(wrong + door)
        assert (answer.status_code, answer.json()["code"]) == (404, "simulation_not_found")
    missing = await planner.desk.api.post(f"{place[:-3]}xyz/cancel")
    assert (missing.status_code, missing.json()["code"]) == (404, "simulation_not_found")
    await planner.desk.stage.run_job("simulate_members")
    late = await planner.desk.api.post(f"{place}/cancel")
    assert (late.status_code, late.json()["code"]) == (409, "simulation_over")


async def test_T7_only_who_writes_rules_asks_and_only_who_reads_reports_looks(planner):
    version = await planner.draft()
    place = await planner.ask(version, START, START + DAY)
    async with planner.desk.stage.client("points:read", "reports:read") as reader:
        assert (await reader.get(place)).status_code == 200
        for door in (f"/v1/accrual-rules/{version}/simulate", f"{place}/cancel"):
            assert (await reader.post(door)).status_code == 403
    async with planner.desk.stage.client("points:read", "rules:write") as writer:
        for door in (place, f"{place}/moves", f"/v1/accrual-rules/{version}/simulations"):
            assert (await writer.get(door)).status_code == 403
    await planner.desk.stage.run_job("simulate_members")


async def test_T7_a_report_is_a_page_that_may_load_nothing(planner):
    api = planner.desk.api
    places = [await planner.ask(await planner.draft(), START, START + n * DAY) for n in (1, 2)]
    early = await api.get(f"{places[0]}/report")
    assert (early.status_code, early.json()["code"]) == (409, "simulation_unfinished")
    assert early.json()["state"] == "waiting"
    await planner.desk.stage.run_job("simulate_members")
    other = places[1].rsplit("/", 1)[1]
    page = await api.get(f"{places[0]}/report", params={"beside": [other]})
    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Versions beside each other" in page.text
    missing = await api.get(f"{places[0]}/report", params={"beside": "none"})
    assert (missing.status_code, missing.json()["code"]) == (404, "simulation_not_found")
