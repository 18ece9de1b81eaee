"""The doors of simulations: how they are asked for, and every refusal (T7)."""

import pytest

from chassis.runs import OPEN_MAX

NOW = "2026-04-25T12:00"


@pytest.fixture
async def version(hall, api, instant):
    hall.stage.at(instant(NOW))
    await hall.stage.run_job("simulate_members")
    return (await api.get("/v1/ladders")).json()["items"][-1]["version"]


async def simulate(api, version, **body):
    return await api.post(f"/v1/ladders/{version}/simulate", json=body)


async def test_T7_a_simulation_is_accepted_and_names_where_to_look(api, version):
    answer = await api.post(f"/v1/ladders/{version}/simulate")
    body = answer.json()
    assert answer.status_code == 202
    place = f"/v1/ladders/classic/simulations/{body['simulation_id']}"
    assert answer.headers["Location"] == place
    assert (body["state"], body["members_done"], body["result"]) == ("waiting", 0, None)
    assert (body["from"], body["to"]) == ("2025-04-25T04:00:00Z", "2026-04-25T04:00:00Z")
    assert (await api.get(place)).json() == body


@pytest.mark.parametrize("door", ["", "/moves", "/report"])
async def test_T7_who_reads_standings_alone_sees_no_simulation(hall, api, version, door):
    place = (await api.post(f"/v1/ladders/{version}/simulate")).headers["Location"]
    await hall.stage.run_job("simulate_members")
    async with hall.stage.client("standing:read") as till:
        assert (await till.get(f"{place}{door}")).status_code == 403
    async with hall.stage.client("reports:read") as finance:
        assert (await finance.get(f"{place}{door}")).status_code == 200


async def test_T7_asked_again_while_it_is_open_it_is_the_same_simulation(hall, api, version):
    first, again = [(await simulate(api, version)).json() for _ in range(2)]
    other = (await simulate(api, version, segment={"by": "store"})).json()
    assert first["simulation_id"] == again["simulation_id"] != other["simulation_id"]
    await hall.stage.run_job("simulate_members")
    anew = (await simulate(api, version)).json()
    assert anew["simulation_id"] != first["simulation_id"]


async def test_T7_simulations_are_listed_newest_first_without_results(hall, api, version):
    for months in ("02", "03", "04"):
        await simulate(api, version, **{"from": f"2026-{months}-01T00:00:00Z"})
    await hall.stage.run_job("simulate_members")
    first = (await api.get("/v1/ladders/classic/simulations", params={"limit": 2})).json()
    following = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await api.get("/v1/ladders/classic/simulations", params=following)).json()
    ids = [one["simulation_id"] for one in (*first["items"], *second["items"])]
    assert len(ids) == len(set(ids)) == 4
    assert all(one["result"] is None for one in first["items"])
    assert (await api.get("/v1/ladders/club/simulations")).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status", "code", "where"),
    [
        pytest.param({"to": "2026-05-01T00:00:00Z"}, 422, "invalid", "/to", id="the future"),
        pytest.param(
            {"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"},
            422,
            "invalid",
            "/from",
            id="no time at all",
        ),
        pytest.param({"from": "1969-01-01T00:00:00Z"}, 422, "invalid", "/from", id="before time"),
        pytest.param(
            {"from": "2010-01-01T00:00:00Z"}, 422, "simulation_invalid", "/from", id="too long"
        ),
        pytest.param({"against": 99}, 404, "ladder_not_found", None, id="against nothing"),
        pytest.param({"migration": "maybe"}, 422, "invalid", "/migration", id="no such migration"),
        pytest.param({"segment": {"by": "mood"}}, 422, "invalid", "/segment/by", id="no segment"),
        pytest.param(
            {"segment": {"by": "attribute"}}, 422, "simulation_invalid", "/segment", id="unnamed"
        ),
        pytest.param(
            {"segment": {"by": "store", "segments": ["local"]}},
            422,
            "simulation_invalid",
            "/segment",
            id="segments of stores",
        ),
        pytest.param(
            {"segment": {"by": "segment", "segments": ["No Name"]}},
            422,
            "invalid",
            "/segment/segments/0",
            id="no name of a segment",
        ),
        pytest.param(
            {"terms": {"silver": {}}}, 422, "simulation_invalid", "/terms/regular", id="some terms"
        ),
        pytest.param(
            {"terms": {"silver": {"points_per_unit": "1/3"}}},
            422,
            "invalid",
            "/terms/silver/points_per_unit",
            id="no decimal",
        ),
        pytest.param(
            {"spend_bands_minor": [3, 2]},
            422,
            "simulation_invalid",
            "/spend_bands_minor",
            id="bands that fall",
        ),
        pytest.param({"form_at": None}, 422, "invalid", "/form_at", id="an unknown field"),
    ],
)
async def test_T7_what_cannot_be_simulated(api, version, body, status, code, where):
    answer = await simulate(api, version, **body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    paths = [error["path"] for error in problem.get("errors", ())]
    assert where is None or where in paths


async def test_T7_no_more_are_open_than_may_be(hall, api, version):
    for day in range(1, OPEN_MAX + 1):
        answer = await simulate(api, version, **{"from": f"2026-04-0{day}T00:00:00Z"})
        assert answer.status_code == 202
    refused = await simulate(api, version)
    assert (refused.status_code, refused.json()["code"]) == (409, "simulations_full")
    assert refused.json()["open_max"] == OPEN_MAX
    assert await hall.stage.run_job("simulate_members")


@pytest.mark.parametrize("door", ["", "/moves"])
async def test_T7_there_is_no_such_simulation(api, version, door):
    place = (await simulate(api, version)).headers["Location"]
    for wrong in (place.replace("classic", "club"), place[:-3] + "xyz"):
        answer = await api.get(wrong + door)
        assert (answer.status_code, answer.json()["code"]) == (404, "simulation_not_found")


async def test_T7_nothing_is_there_to_cancel(hall, api, version):
    place = (await simulate(api, version)).headers["Location"]
    missing = await api.post(place[:-3] + "xyz/cancel")
    assert (missing.status_code, missing.json()["code"]) == (404, "simulation_not_found")
    await hall.stage.run_job("simulate_members")
    late = await api.post(f"{place}/cancel")
    assert (late.status_code, late.json()["code"]) == (409, "simulation_over")


async def test_T7_a_simulation_of_no_ladder(hall, api, version):
    answer = await simulate(api, 99)
    assert (answer.status_code, answer.json()["code"]) == (404, "ladder_not_found")


async def test_T7_a_report_is_a_page_that_may_load_nothing(hall, api, version):
    places = [
        (await simulate(api, version, **how)).headers["Location"]
        for how in ({}, {"from": "2026-01-01T00:00:00Z"}, {"from": "2026-02-01T00:00:00Z"})
    ]
    early = await api.get(f"{places[0]}/report")
    assert (early.status_code, early.json()["code"]) == (409, "simulation_unfinished")
    assert early.json()["state"] == "waiting"
    await hall.stage.run_job("simulate_members")
    others = [place.rsplit("/", 1)[1] for place in places[1:]]
    page = await api.get(f"{places[0]}/report", params={"beside": others})
    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.text.count("evaluated at once") >= 4
    missing = await api.get(f"{places[0]}/report", params={"beside": "none"})
    assert (missing.status_code, missing.json()["code"]) == (404, "simulation_not_found")
