"""How many members stand in each tier (T6)."""

import copy

DAYS = ("01", "02", "03")
SPENT = {"metric": "spend", "window": {"lifetime": True}}


async def counted(api, ladder="classic"):
    answer = await api.get(f"/v1/ladders/{ladder}/distribution")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    tiers = {one["tier"]: one["members"] for one in found["tiers"]}
    assert found["members"] == sum(tiers.values())
    return tiers, found


async def test_T6_members_are_counted_in_the_tier_in_which_they_stand(hall, api, instant):
    hall.stage.at(instant("2026-04-25T12:00"))
    assert (await counted(api))[0] == {"regular": 0, "silver": 0, "gold": 0, "vip": 0}
    plain, silver, vip = hall.shop(), hall.shop(), hall.shop()
    await hall.hear(plain.enrolled())
    await hall.hear(*(silver.sold(day, f"2026-03-{day}T10:00", 100) for day in DAYS))
    await hall.hear(vip.sold("once", "2026-03-02T10:00", 10_000_000))
    tiers, found = await counted(api)
    assert tiers == {"regular": 1, "silver": 1, "gold": 0, "vip": 1}
    assert [one["rank"] for one in found["tiers"]] == [0, 1, 2, 3]
    assert found["due"] == 0


async def test_T6_whose_time_has_come_is_counted_anew_by_the_next_pass(hall, api, instant):
    hall.stage.at(instant("2026-05-01T00:00"))
    tiers, found = await counted(api)
    assert (tiers["silver"], found["due"]) == (1, 1)
    await hall.stage.run_job("advance_standings")
    tiers, found = await counted(api)
    assert (tiers["silver"], tiers["regular"], found["due"]) == (0, 2, 0)


async def test_T6_a_tier_of_versions_before_is_counted_by_its_name(hall, api, written, instant):
    hall.stage.at(instant("2026-05-01T00:00"))
    ladder = copy.deepcopy(written("ladder.json"))
    ladder["rungs"][3]["tier"] = "diamond"
    version = (await api.post("/v1/ladders", json=ladder)).json()["version"]
    told = {"migration": "next_evaluation"}
    assert (await api.post(f"/v1/ladders/{version}/publish", json=told)).status_code == 200
    while await hall.stage.run_job("tell_publication"):
        pass
    tiers, found = await counted(api)
    assert tiers == {"regular": 2, "silver": 0, "gold": 0, "diamond": 0, "vip": 1}
    assert found["tiers"][-1]["rank"] is None


async def test_T6_whom_a_publication_has_not_reached_is_counted_where_they_stood(
    hall, api, written, instant
):
    hall.stage.at(instant("2026-05-02T00:00"))
    ladder = copy.deepcopy(written("ladder.json"))
    ladder["rungs"][3]["test"] = {**SPENT, "at_least": 10**14}
    version = (await api.post("/v1/ladders", json=ladder)).json()["version"]
    was, found = await counted(api)
    assert found["is_told"]
    publish = f"/v1/ladders/{version}/publish"
    assert (await api.post(publish, json={"migration": "full"})).status_code == 200
    untold, found = await counted(api)
    assert (untold["vip"], found["is_told"]) == (was["vip"], False)
    while await hall.stage.run_job("tell_publication"):
        pass
    moved, found = await counted(api)
    assert (moved["vip"], found["is_told"]) == (0, True)
    assert (await api.post(f"/v1/ladders/{version}/withdraw")).status_code == 200
    back, found = await counted(api)
    assert (back.get("vip", 0), found["is_told"]) == (0, False)
    while await hall.stage.run_job("tell_publication"):
        pass
    tiers, found = await counted(api)
    assert (tiers, found["is_told"]) == (was, True)


async def test_T6_there_is_no_such_ladder_in_force(api, written):
    draft = {**written("ladder.json"), "name": "drafted"}
    assert (await api.post("/v1/ladders", json=draft)).status_code == 201
    for name in ("drafted", "unheard"):
        answer = await api.get(f"/v1/ladders/{name}/distribution")
        assert (answer.status_code, answer.json()["code"]) == (404, "ladder_not_found")
