"""Where members stand, over HTTP."""

import pytest


@pytest.fixture
async def member(hall, instant):
    """The story after step 8: silver until May, one visit in April that stands."""
    hall.stage.at(instant("2026-04-25T12:00"))
    shop = hall.shop()
    d = shop.sold("D", "2026-04-05T09:00", 60_000, 40_000)
    back = shop.returned("R", "2026-04-10T10:00", d[0], "1", "2")
    await hall.hear(
        shop.enrolled(),
        shop.sold("A", "2026-03-02T10:00", 10_000),
        shop.sold("B", "2026-03-09T12:00", 25_050),
        shop.sold("C", "2026-03-20T18:00", 9_990),
        d,
        [back, shop.reversed(back, 1_000)],
        shop.sold("E", "2026-04-20T10:00", 1_000),
    )
    return shop.member


async def test_T6_a_standing(api, member):
    answer = await api.get(f"/v1/standings/{member}")
    assert answer.status_code == 200
    body = answer.json()
    metrics = body.pop("metrics")
    body.pop("forecast")
    assert body == {
        "member_id": member,
        "ladder": "classic",
        "version": 1,
        "as_of": "2026-04-25T04:00:00Z",
        "known_at": None,
        "tier": "silver",
        "since": "2026-03-20T10:00:00Z",
        "until": "2026-04-30T16:00:00Z",
        "next": {
            "tier": "gold",
            "missing": [
                {
                    "metric": "growth",
                    "point_type": "growth",
                    "count": None,
                    "kinds": [],
                    "where": None,
                    "missing": 9_541,
                }
            ],
            "by": "2027-03-02T02:00:00Z",
            "alternatives": [],
        },
        "keep": {
            "tier": "silver",
            "missing": [
                {
                    "metric": "visits",
                    "point_type": None,
                    "count": "orders",
                    "kinds": [],
                    "where": None,
                    "missing": 2,
                }
            ],
            "by": "2026-04-30T16:00:00Z",
            "alternatives": [],
        },
        "ladders": [],
    }
    assert [(one["metric"], one["value"]) for one in metrics] == [
        ("visits", 1),
        ("growth", 459),
        ("spend", 46_040),
    ]
    assert metrics[0]["window"] == {"from": "2026-03-31T16:00:00Z", "to": "2026-04-30T16:00:00Z"}
    assert metrics[1]["window"] == {"from": "2025-04-25T04:00:00Z", "to": "2026-04-25T04:00:00Z"}
    assert metrics[2]["window"] == {"from": None, "to": None}


async def test_T6_a_standing_at_an_earlier_instant(api, member):
    answer = await api.get(f"/v1/standings/{member}", params={"at": "2026-04-06T00:00:00+08:00"})
    body = answer.json()
    assert [one["value"] for one in body["metrics"]] == [1, 1_449, 145_040]
    assert body["next"]["missing"][0]["missing"] == 8_551


async def test_T6_a_projected_standing(api, member):
    answer = await api.get(f"/v1/standings/{member}", params={"at": "2026-05-01T00:00:00+08:00"})
    body = answer.json()
    assert (body["tier"], body["since"], body["until"]) == (
        "regular",
        "2026-04-30T16:00:00Z",
        None,
    )
    assert body["keep"] is None
    assert body["next"]["tier"] == "silver"
    assert body["next"]["missing"][0]["missing"] == 3
    assert body["next"]["by"] == "2026-05-31T16:00:00Z"


async def test_T6_nobody_is_above_the_top(hall, api):
    shop = hall.shop()
    await hall.hear(shop.sold("1", "2026-03-02T10:00", 10_000_000))
    body = (await api.get(f"/v1/standings/{shop.member}")).json()
    assert (body["tier"], body["until"], body["next"]) == ("vip", None, None)
    assert body["keep"] == {"tier": "vip", "missing": [], "by": None, "alternatives": []}


async def test_T6_a_gold_stay_is_kept_by_what_its_end_will_lack(hall, api):
    shop = hall.shop()
    await hall.hear(
        shop.sold("1", "2026-03-02T10:00", 1_000_000), shop.sold("2", "2026-04-02T10:00", 300_000)
    )
    body = (await api.get(f"/v1/standings/{shop.member}")).json()
    assert (body["tier"], body["until"]) == ("gold", "2027-03-02T02:00:00Z")
    assert body["keep"]["missing"][0]["missing"] == 7_000
    assert body["keep"]["by"] == "2027-03-02T02:00:00Z"


async def test_T6_history_is_newest_first_and_paged(api, member):
    first = (await api.get(f"/v1/standings/{member}/history", params={"limit": 2})).json()
    seen = [(one["tier"], one["ordinal"], one["from"], one["reason"]) for one in first["items"]]
    assert seen == [
        ("regular", 2, "2026-04-30T16:00:00Z", "ended"),
        ("silver", 1, "2026-03-20T10:00:00Z", "reached"),
    ]
    query = {"limit": 2, "cursor": first["next_cursor"]}
    rest = (await api.get(f"/v1/standings/{member}/history", params=query)).json()
    assert [one["tier"] for one in rest["items"]] == ["regular"]
    assert rest["next_cursor"] is None


async def test_E5_why_a_tier_was_reached(api, member):
    body = (await api.get(f"/v1/standings/{member}/why")).json()
    assert body["interval"]["fact_id"] == f"{member}.C"
    (leaf,) = body["reached"]["test"]
    assert (leaf["metric"], leaf["value"], leaf["at_least"], leaf["is_met"]) == (
        "visits",
        3,
        3,
        True,
    )
    assert [one["fact_id"] for one in leaf["facts"]] == [f"{member}.{n}" for n in "ABC"]
    assert leaf["window"]["to"] == "2026-03-31T16:00:00Z"
    assert body["lost"] is None


async def test_E5_why_a_tier_was_lost(api, member):
    query = {"at": "2026-05-02T00:00:00+08:00"}
    body = (await api.get(f"/v1/standings/{member}/why", params=query)).json()
    assert body["reached"] is None
    assert body["lost"]["tier"] == "silver"
    assert body["lost"]["ending"] == {
        "unmet_at": "2026-03-31T16:00:00Z",
        "grace_until": "2026-03-31T16:00:00Z",
        "stay_until": "2026-04-30T16:00:00Z",
        "minimum_until": "2026-03-20T10:00:00Z",
    }
    (leaf,) = body["lost"]["test"]
    assert (leaf["value"], leaf["is_met"], leaf["facts"]) == (0, False, [])


async def test_E5_why_a_return_ended_a_tier(hall, api):
    shop = hall.shop()
    sale = shop.sold("1", "2026-03-02T10:00", 1_000_000)
    back = shop.returned("R", "2026-04-02T10:00", sale[0], "1")
    await hall.hear(sale, [back, shop.reversed(back, 10_000)])
    body = (await api.get(f"/v1/standings/{shop.member}/why")).json()
    assert (body["interval"]["reason"], body["interval"]["fact_id"]) == ("returned", back.fact_id)
    assert body["lost"]["tier"] == "gold"
    assert (body["lost"]["test"][0]["value"], body["lost"]["ending"]) == (0, None)


@pytest.mark.parametrize("path", ["", "/history", "/why"])
class TestRefusals:
    async def test_a_member_nobody_knows(self, hall, api, path):
        answer = await api.get(f"/v1/standings/nobody{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
        assert hall is not None

    async def test_a_member_of_whom_only_points_were_heard(self, hall, api, path):
        shop = hall.shop()
        await hall.hear(shop.accrued(shop.bought("1", "2026-03-02T10:00", 100)))
        answer = await api.get(f"/v1/standings/{shop.member}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")

    async def test_an_id_that_is_none(self, api, path):
        answer = await api.get(f"/v1/standings/%00{path}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

    async def test_a_key_without_the_scope(self, stage, path):
        async with stage.client("ladder:write") as caller:
            answer = await caller.get(f"/v1/standings/m0000{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    async def test_no_key(self, api, path):
        answer = await api.get(f"/v1/standings/m0000{path}", headers={"Authorization": "no"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("path", ["", "/why"])
@pytest.mark.parametrize(
    "at",
    [
        "yesterday",
        "2026-04-06T00:00:00",
        "9999-99-99T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "",
    ],
)
async def test_an_instant_that_is_none(api, member, path, at):
    answer = await api.get(f"/v1/standings/{member}{path}", params={"at": at})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_why_before_there_was_anything(api, member):
    query = {"at": "2026-01-01T00:00:00Z"}
    answer = await api.get(f"/v1/standings/{member}/why", params=query)
    assert answer.json()["errors"] == [{"path": "/at", "code": "before_start"}]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"limit": "x"}])
async def test_a_page_that_is_none(api, member, query):
    answer = await api.get(f"/v1/standings/{member}/history", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
