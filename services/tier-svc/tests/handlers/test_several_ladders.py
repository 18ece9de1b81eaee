"""Several ladders at once: each with its own timeline, sequence and next evaluation; and what a
ladder may ask for besides the main one's metrics (T1, T2).
"""

import pytest

CLUB = {
    "name": "club",
    "rungs": [
        {"tier": "guest"},
        {
            "tier": "friend",
            "test": {
                "any": [
                    {
                        "metric": "spend",
                        "at_least": 20_000,
                        "window": {"anniversary": True},
                        "where": {"categories": ["tea"]},
                    },
                    {
                        "metric": "tasks",
                        "kinds": ["tasting", "survey"],
                        "at_least": 2,
                        "window": {"lifetime": True},
                    },
                ]
            },
        },
        {
            "tier": "patron",
            "test": {
                "metric": "attributes",
                "attribute": "assets",
                "at_least": 7,
                "window": {"lifetime": True},
            },
            "floor": "friend",
        },
    ],
}


@pytest.fixture(scope="module")
async def club(hall):
    async with hall.stage.client() as ops:
        draft = (await ops.post("/v1/ladders", json=CLUB)).raise_for_status().json()
        answer = await ops.post(f"/v1/ladders/{draft['version']}/publish")
        answer.raise_for_status()
    while await hall.stage.run_job("tell_publication"):
        pass
    return hall


async def on_club(hall, shop):
    return [
        (one.tier, one.ordinal, one.from_at)
        for message in await hall.messages(shop)
        if message.ladder == "club"
        for one in message.intervals
    ]


async def test_T2_every_ladder_tells_its_own_sequence(club, instant):
    shop = club.shop()
    await club.hear(
        shop.enrolled(),
        *(shop.sold(d, f"2026-03-{d}T10:00", 100) for d in ("01", "02")),
        shop.sold("03", "2026-03-03T10:00", 30_000, category="tea"),
    )
    said = [(one.ladder, one.seq, one.intervals[0].tier) for one in await club.messages(shop)]
    assert sorted(said) == [
        ("classic", 1, "regular"),
        ("classic", 2, "silver"),
        ("club", 1, "guest"),
        ("club", 2, "friend"),
    ]
    assert (await on_club(club, shop))[1:] == [
        ("friend", 1, instant("2026-03-03T10:00")),
        ("guest", 2, instant("2027-03-01T00:00")),
    ]


async def test_T6_a_standing_names_the_other_ladders_and_answers_each(club, instant):
    club.stage.at(instant("2026-04-25T12:00"))
    shop = club.shop()
    await club.hear(shop.enrolled(), shop.sold("03", "2026-03-03T10:00", 30_000, category="tea"))
    path = f"/v1/standings/{shop.member}"
    async with club.stage.client() as api:
        main = (await api.get(path)).json()
        named = (await api.get(path, params={"ladder": "club"})).json()
        history = (await api.get(f"{path}/history", params={"ladder": "club"})).json()
        why = (await api.get(f"{path}/why", params={"ladder": "club"})).json()
        none = await api.get(path, params={"ladder": "none"})
    assert (main["ladder"], main["tier"]) == ("classic", "regular")
    assert main["ladders"] == [
        {
            "ladder": "club",
            "tier": "friend",
            "since": "2026-03-03T02:00:00Z",
            "until": "2027-02-28T16:00:00Z",
        }
    ]
    assert (named["ladder"], named["tier"]) == ("club", "friend")
    assert [one["ladder"] for one in named["ladders"]] == ["classic"]
    assert [(one["metric"], one["where"], one["kinds"]) for one in named["metrics"]] == [
        ("spend", {"categories": ["tea"], "stores": [], "channels": [], "severities": []}, []),
        ("tasks", None, ["survey", "tasting"]),
        ("assets", None, []),
    ]
    assert why["reached"]["test"][0]["where"]["categories"] == ["tea"]
    assert named["metrics"][0]["value"] == 30_000
    assert named["metrics"][0]["window"] == {
        "from": "2026-02-28T16:00:00Z",
        "to": "2027-02-28T16:00:00Z",
    }
    assert [one["tier"] for one in history["items"]] == ["guest", "friend", "guest"]
    assert why["reached"]["test"][0]["is_met"] is True
    assert (none.status_code, none.json()["code"]) == (404, "ladder_not_found")


async def test_T2_the_programme_names_its_main_ladder(club, written):
    shop = club.shop()
    await club.hear(shop.enrolled())
    settings = written("tier.json")
    async with club.stage.client() as api:
        path = "/v1/tier-svc/programme"
        assert (await api.put(path, json={**settings, "main_ladder": "club"})).status_code == 200
        main = (await api.get(f"/v1/standings/{shop.member}")).json()
        assert (await api.put(path, json=settings)).status_code == 200
    assert (main["ladder"], main["tier"]) == ("club", "guest")


async def test_T1_a_category_counts_its_own_lines_and_what_is_left_of_them(club):
    shop = club.shop()
    sale = shop.sold("1", "2026-03-03T10:00", 25_000, category="tea")
    toys = shop.sold("2", "2026-03-04T10:00", 90_000, category="toys")
    await club.hear(shop.enrolled(), toys)
    assert [tier for tier, *_ in await on_club(club, shop)] == ["guest"]
    await club.hear(sale)
    assert (await on_club(club, shop))[-2][0] == "friend"
    back = shop.refunded("R", "2026-03-20T10:00", sale[0], "1", 6_000)
    await club.hear([back, shop.reversed(back, 60)])
    assert (await on_club(club, shop))[-1][::2] == ("guest", back.occurred_at)


async def test_T1_tasks_are_counted_once_each(club):
    shop = club.shop()
    await club.hear(
        shop.enrolled(),
        shop.did("1", "2026-03-03T10:00", "tasting"),
        shop.did("2", "2026-03-04T10:00", "tasting"),
    )
    assert [tier for tier, *_ in await on_club(club, shop)] == ["guest"]
    done = shop.did("3", "2026-03-05T10:00", "survey")
    await club.hear(done, done)
    assert (await on_club(club, shop))[-1] == ("friend", 1, done.occurred_at)


async def test_T1_an_attribute_lifts_until_it_is_set_anew_and_a_floor_stays(club, instant):
    club.stage.at(instant("2026-04-25T12:00"))
    shop = club.shop()
    await club.hear(shop.enrolled())
    async with club.stage.client() as api:
        for n, value in enumerate((8, 3)):
            club.stage.at(instant(f"2026-04-2{5 + n}T12:00"))
            answer = await api.post(
                f"/v1/standings/{shop.member}/attributes",
                json={"attribute": "assets", "value": value, "evidence": "a letter"},
                headers={"Idempotency-Key": f"{shop.member}-{value}-assets"},
            )
            assert answer.status_code == 201
    assert await on_club(club, shop) == [
        ("guest", 1, shop.enrolled_at),
        ("patron", 1, instant("2026-04-25T12:00")),
        ("friend", 1, instant("2026-04-26T12:00")),
    ]
