"""The first ladder is in force from the beginning of time, also for who was known before it
(E4).
"""


async def test_E4_who_was_known_before_the_first_ladder_is_told_by_it(stage, written, hall_of):
    hall = hall_of(stage)
    shop = hall.shop()
    await hall.hear(
        shop.enrolled(), *(shop.sold(d, f"2026-03-0{d}T10:00", 100) for d in ("1", "2", "3"))
    )
    assert await hall.messages(shop) == []
    async with stage.client() as ops:
        await ops.put("/v1/tier-svc/programme", json=written("tier.json"))
        draft = (await ops.post("/v1/ladders", json=written("ladder.json"))).json()
        assert (await ops.post(f"/v1/ladders/{draft['version']}/publish")).status_code == 200
    assert await stage.run_job("tell_publication") == 1
    assert [one.seq for one in await hall.messages(shop)] == [1]
    assert [tier for tier, *_ in await hall.told(shop)] == ["regular", "silver", "regular"]
