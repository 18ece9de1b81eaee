"""Purchases are folded once 800 days old, and nobody can tell (T4)."""

import pytest

CLUB = {
    "name": "tea",
    "rungs": [
        {"tier": "guest"},
        {
            "tier": "friend",
            "test": {
                "metric": "spend",
                "at_least": 1_000,
                "window": {"lifetime": True},
                "where": {"categories": ["tea"]},
            },
        },
    ],
}


@pytest.fixture(scope="module")
async def tea(hall):
    async with hall.stage.client() as ops:
        draft = (await ops.post("/v1/ladders", json=CLUB)).raise_for_status().json()
        (await ops.post(f"/v1/ladders/{draft['version']}/publish")).raise_for_status()
    while await hall.stage.run_job("tell_publication"):
        pass
    return hall


def life(shop):
    old = shop.sold("1", "2026-03-02T10:00", 600_000, 400_000, category="tea")
    back = shop.returned("R", "2026-03-20T10:00", old[0], "2")
    return old, [
        shop.enrolled(),
        *old,
        back,
        shop.reversed(back, 4_000),
        *(shop.sold(d, f"2026-03-{d}T11:00", 100) for d in ("11", "12", "13")),
        *shop.sold("new", "2028-08-01T10:00", 100),
    ]


def flat(events):
    return [one for each in events for one in (each if isinstance(each, tuple) else [each])]


async def folded(hall, instant):
    hall.stage.at(instant("2028-08-05T12:00"))
    while await hall.stage.run_job("fold_purchases"):
        pass


async def count(hall, shop, table):
    (row,) = await hall.stage.rows(
        f"SELECT count(*) AS n FROM {table} WHERE member_id = :m", m=shop.member
    )
    return row.n


async def answers(hall, shop):
    async with hall.stage.client() as api:
        return [
            (await api.get(f"/v1/standings/{shop.member}{path}", params={"ladder": ladder})).json()
            for ladder in ("classic", "tea")
            for path in ("", "/history", "/why")
        ]


async def test_T4_what_is_folded_reads_as_if_it_were_not(tea, instant):
    tea.stage.at(instant("2026-04-25T12:00"))
    shop = tea.shop()
    _, events = life(shop)
    await tea.hear(flat(events))
    tea.stage.at(instant("2028-08-05T12:00"))
    before, said = await answers(tea, shop), await tea.messages(shop)
    await folded(tea, instant)
    assert (await count(tea, shop, "purchase"), await count(tea, shop, "purchase_fold")) == (1, 1)
    assert await answers(tea, shop) == before
    await tea.hear(flat(events))
    assert await answers(tea, shop) == before
    assert await tea.messages(shop) == said


async def test_E3_a_late_return_of_a_folded_purchase_counts(tea, instant):
    tea.stage.at(instant("2026-04-25T12:00"))
    shop, other = tea.shop(), tea.shop()
    for one in (shop, other):
        old, events = life(one)
        late = one.returned("L", "2026-04-01T10:00", old[0], "1")
        more = one.sold("late", "2026-03-30T10:00", 70_000, category="tea")
        news = [late, one.reversed(late, 6_000), *more, one.accrued(old[0], 10_001, revision=2)]
        tea.stage.at(instant("2026-04-25T12:00"))
        await tea.hear(flat(events))
        if one is shop:
            await folded(tea, instant)
        await tea.hear(news)
    for ladder in ("classic", "tea"):
        assert await tea.told(shop, ladder) == await tea.told(other, ladder)


async def test_T4_folding_again_keeps_each_purchase_once(tea, instant):
    tea.stage.at(instant("2026-04-25T12:00"))
    shop = tea.shop()
    _, events = life(shop)
    await tea.hear(flat(events))
    await folded(tea, instant)
    before = await answers(tea, shop)
    await tea.hear(flat(events))
    tea.stage.at(instant("2028-11-25T12:00"))
    while await tea.stage.run_job("fold_purchases"):
        pass
    assert (await count(tea, shop, "purchase"), await count(tea, shop, "purchase_fold")) == (1, 1)
    tea.stage.at(instant("2028-08-05T12:00"))
    assert await answers(tea, shop) == before
