"""Ladders over HTTP: drafted, read, published once."""

import pytest


async def test_a_ladder_is_drafted_published_and_read(stage, written):
    ladder = written("ladder.json")
    async with stage.client() as ops:
        draft = await ops.post("/v1/ladders", json=ladder)
        assert (draft.status_code, draft.json()["state"]) == (201, "draft")
        version = draft.json()["version"]
        early = await ops.post(f"/v1/ladders/{version}/publish")
        assert (early.status_code, early.json()["code"]) == (409, "programme_unpublished")
        nobody = await ops.get("/v1/standings/nobody")
        assert nobody.json()["code"] == "member_not_found"
        await ops.put("/v1/tier-svc/programme", json=written("tier.json"))
        published = await ops.post(f"/v1/ladders/{version}/publish")
        assert (published.status_code, published.json()["state"]) == (200, "published")
        read = await ops.get(f"/v1/ladders/{version}")
        assert read.json() == published.json()
        assert [rung["tier"] for rung in read.json()["rungs"]] == [
            "regular",
            "silver",
            "gold",
            "vip",
        ]


async def test_E1_the_same_ladder_again_is_the_same_version(hall, api, written):
    before = await hall.stage.counts()
    again = await api.post("/v1/ladders", json=written("ladder.json"))
    assert again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    twice = await api.post(f"/v1/ladders/{again.json()['version']}/publish", json={})
    assert (twice.status_code, twice.json()) == (200, again.json())
    assert await hall.stage.counts() == before


async def test_T8_a_later_version_needs_a_migration(hall, api, written):
    other = await api.post(
        "/v1/ladders", json={**written("ladder.json", "grocer"), "name": "classic"}
    )
    assert other.status_code == 201
    version = other.json()["version"]
    refused = await api.post(f"/v1/ladders/{version}/publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "ladder_migration_required")
    assert refused.json()["in_force"] == 1
    assert (await api.get(f"/v1/ladders/{version}")).json()["state"] == "draft"
    assert hall is not None


async def test_ladders_are_listed_newest_first_in_pages(api):
    first = (await api.get("/v1/ladders", params={"limit": 1})).json()
    assert [one["version"] for one in first["items"]] == [2]
    query = {"limit": 1, "cursor": first["next_cursor"]}
    rest = (await api.get("/v1/ladders", params=query)).json()
    assert ([one["version"] for one in rest["items"]], rest["next_cursor"]) == ([1], None)


@pytest.mark.parametrize("path", ["/v1/ladders/99", "/v1/ladders/99/publish"])
async def test_a_ladder_that_nobody_wrote(api, path):
    answer = await (api.post(path) if path.endswith("publish") else api.get(path))
    assert (answer.status_code, answer.json()["code"]) == (404, "ladder_not_found")


@pytest.mark.parametrize(
    "version", ["0", "x", "1.0", "01", "+1", "%C2%B2", str(2**31), str(2**63), "-1"]
)
async def test_a_version_that_is_none(api, version):
    assert (await api.get(f"/v1/ladders/{version}")).status_code == 422
    assert (await api.post(f"/v1/ladders/{version}/publish")).status_code == 422


@pytest.mark.parametrize("path", ["/v1/ladders", "/v1/ladders/1/publish"])
async def test_a_key_that_may_only_read(stage, path, written):
    async with stage.client("standing:read") as caller:
        answer = await caller.post(path, json=written("ladder.json"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
