"""Whom a publication would move, before it is made (T8)."""

import copy

import pytest


@pytest.fixture
async def version(hall, api, written, instant):
    hall.stage.at(instant("2026-04-10T12:00"))
    harder = copy.deepcopy(written("ladder.json"))
    harder["rungs"][1]["test"]["at_least"] = 4
    return (await api.post("/v1/ladders", json=harder)).json()["version"]


async def moves(api, version, **how):
    items, cursor = [], None
    for _ in range(10):
        query = {**how, "limit": 3} | ({"cursor": cursor} if cursor else {})
        page = await api.get(f"/v1/ladders/{version}/preview", params=query)
        assert page.status_code == 200, page.text
        items, cursor = [*items, *page.json()["items"]], page.json()["next_cursor"]
        if cursor is None:
            break
    return items


async def test_T8_a_preview_names_whom_it_would_move_and_moves_nobody(hall, api, version, instant):
    silver, regular = hall.shop(), hall.shop()
    for shop, days in ((silver, ("01", "02", "03")), (regular, ("01",))):
        await hall.hear(shop.enrolled(), *(shop.sold(d, f"2026-03-{d}T10:00", 100) for d in days))
    before = await hall.stage.counts()
    assert await moves(api, version, migration="full") == [
        {
            "member_id": silver.member,
            "before": "silver",
            "after": "regular",
            "until": None,
            "differs_from": "2026-04-10T04:00:00Z",
        }
    ]
    assert await moves(api, version, migration="upward_only") == []
    assert await hall.stage.counts() == before
    assert (await api.get(f"/v1/ladders/{version}")).json()["state"] == "draft"


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        pytest.param({}, 409, "ladder_migration_required", id="no migration"),
        pytest.param(
            {"migration": "full", "effective_from": "2026-01-01T00:00:00Z"},
            422,
            "effective_in_past",
            id="from the past",
        ),
        pytest.param({"migration": "maybe"}, 422, "invalid", id="no such migration"),
        pytest.param({"migration": "full", "share_percent": 0}, 422, "invalid", id="for nobody"),
    ],
)
async def test_a_publication_that_would_be_refused(api, version, how, status, code):
    answer = await api.get(f"/v1/ladders/{version}/preview", params=how)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_preview_of_no_ladder(hall, api):
    answer = await api.get("/v1/ladders/99/preview", params={"migration": "full"})
    assert (answer.status_code, answer.json()["code"]) == (404, "ladder_not_found")
    assert hall is not None
