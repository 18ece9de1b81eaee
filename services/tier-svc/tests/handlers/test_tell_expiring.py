"""Members whose tier runs out are told so before, once (T9)."""

import pytest_asyncio

from contracts.events.tiers import LadderPublished, TierExpiring

DAYS = ("01", "02", "03")
APRIL = ("01", "02", "05")


@pytest_asyncio.fixture(loop_scope="session")
async def warned(hall, written):
    """The programme tells members ten days before."""
    settings = written("tier.json")
    async with hall.stage.client() as ops:
        path = "/v1/tier-svc/programme"
        (await ops.put(path, json={**settings, "expiring_days": 10})).raise_for_status()
        yield hall
        (await ops.put(path, json=settings)).raise_for_status()


async def look(hall, instant, at):
    hall.stage.at(instant(at))
    return await hall.stage.run_job("tell_expiring")


async def said(hall, shop):
    return [
        (one.tier, one.until, one.days, one.next_tier)
        for one in await hall.stage.said()
        if isinstance(one, TierExpiring) and one.member_id == shop.member
    ]


async def test_T9_a_tier_that_runs_out_is_told_days_before_and_once(warned, instant):
    warned.stage.at(instant("2026-03-10T12:00"))
    shop = warned.shop()
    await warned.hear(*(shop.sold(day, f"2026-03-{day}T10:00", 100) for day in DAYS))
    while await look(warned, instant, "2026-04-20T23:59"):
        pass
    assert await said(warned, shop) == []
    may = instant("2026-05-01T00:00")
    assert await look(warned, instant, "2026-04-21T00:00") >= 1
    assert await said(warned, shop) == [("silver", may, 10, "regular")]
    assert await look(warned, instant, "2026-04-21T00:01") == 0
    assert await look(warned, instant, "2026-05-02T00:00") == 0
    assert len(await said(warned, shop)) == 1


async def test_T9_an_end_that_moves_away_and_comes_back_is_told_once(warned, instant):
    warned.stage.at(instant("2026-04-01T12:00"))
    shop = warned.shop()
    await warned.hear(*(shop.sold(day, f"2026-03-{day}T10:00", 100) for day in DAYS))
    await look(warned, instant, "2026-04-22T12:00")
    may, june = instant("2026-05-01T00:00"), instant("2026-06-01T00:00")
    assert await said(warned, shop) == [("silver", may, 9, "regular")]
    sales = [shop.sold(f"a{day}", f"2026-04-{day}T10:00", 100) for day in APRIL]
    await warned.hear(*sales)
    back = shop.returned("R", "2026-04-22T12:30", sales[0][0], "1")
    await warned.hear([back, shop.reversed(back, 1)])
    assert (await warned.told(shop))[-1][2] == may
    await look(warned, instant, "2026-04-23T12:00")
    assert len(await said(warned, shop)) == 1
    await warned.hear(shop.sold("again", "2026-04-23T10:00", 100))
    await look(warned, instant, "2026-05-25T12:00")
    assert (await said(warned, shop))[1:] == [("silver", june, 7, "regular")]


async def test_T9_only_those_whose_tier_runs_out_are_looked_at(warned, instant):
    warned.stage.at(instant("2026-04-01T12:00"))
    still = warned.shop()
    await warned.hear(still.enrolled())
    while await look(warned, instant, "2026-04-25T12:00"):
        pass
    before = await warned.stage.rows(
        "SELECT xmin FROM standing WHERE member_id = :m", m=still.member
    )
    shop = warned.shop()
    await warned.hear(*(shop.sold(day, f"2026-03-{day}T10:00", 100) for day in DAYS))
    assert await look(warned, instant, "2026-04-25T12:00") == 1
    after = await warned.stage.rows(
        "SELECT xmin FROM standing WHERE member_id = :m", m=still.member
    )
    assert before == after


async def test_T9_without_the_setting_nobody_is_told(hall, instant):
    shop = hall.shop()
    hall.stage.at(instant("2026-04-25T12:00"))
    await hall.hear(*(shop.sold(day, f"2026-03-{day}T10:00", 100) for day in DAYS))
    assert await look(hall, instant, "2026-04-25T12:00") == 0
    assert await said(hall, shop) == []


async def test_E4_a_publication_and_its_withdrawal_are_told(hall, instant, written):
    now = instant("2026-04-25T12:00")
    hall.stage.at(now)
    later = {**written("ladder.json"), "name": "lately"}
    asked = {"migration": "full", "share_percent": 25}
    async with hall.stage.client() as ops:
        first = (await ops.post("/v1/ladders", json=later)).json()["version"]
        assert (await ops.post(f"/v1/ladders/{first}/publish")).status_code == 200
        later["rungs"][-1]["test"] = {
            "metric": "spend",
            "at_least": 5_000_000,
            "window": {"lifetime": True},
        }
        draft = await ops.post("/v1/ladders", json=later)
        second = draft.raise_for_status().json()["version"]
        for _ in range(2):
            answer = await ops.post(f"/v1/ladders/{second}/publish", json=asked)
            assert answer.status_code == 200, answer.text
        answer = await ops.post(f"/v1/ladders/{second}/withdraw")
        assert answer.status_code == 200, answer.text
    heard = [
        one
        for one in await hall.stage.said()
        if isinstance(one, LadderPublished) and one.ladder == "lately"
    ]
    assert [
        (one.version, one.share_percent, one.effective_from, one.is_withdrawn) for one in heard
    ] == [
        (str(first), 100, None, False),
        (str(second), 25, now, False),
        (str(second), 25, now, True),
    ]
    assert heard[0].tiers[0] == "regular"
