"""A purchase or return counts once every metric of the ladder has heard of it (T3)."""

import asyncio


async def test_T3_a_purchase_waits_for_its_growth(hall):
    shop = hall.shop()
    one, two = shop.sold("1", "2026-03-02T10:00", 100), shop.sold("2", "2026-03-03T10:00", 100)
    three = shop.bought("3", "2026-03-04T10:00", 100)
    await hall.hear([*one, *two], three)
    assert [tier for tier, *_ in await hall.told(shop)] == ["regular"]
    await hall.hear(shop.accrued(three))
    assert [tier for tier, *_ in await hall.told(shop)] == ["regular", "silver", "regular"]


async def test_T3_growth_may_be_heard_before_its_purchase(hall):
    shop = hall.shop()
    purchase = shop.bought("1", "2026-03-02T10:00", 1_000_000)
    await hall.hear(shop.accrued(purchase))
    assert await hall.messages(shop) == []
    await hall.hear(purchase)
    assert [tier for tier, *_ in await hall.told(shop)] == ["regular", "gold", "regular"]


async def test_T3_points_of_another_type_wake_nobody(hall):
    shop = hall.shop()
    purchase, growth = shop.sold("1", "2026-03-02T10:00", 100)
    await hall.hear([shop.enrolled()], purchase)
    others = [growth.__class__(**{**_fields(growth), "point_type": "points", "points": 10**6})]
    await hall.hear(others)
    assert len(await hall.messages(shop)) == 1


def _fields(event):
    return {name: getattr(event, name) for name in event.__struct_fields__}


async def test_E3_an_older_revision_heard_later_changes_nothing(hall):
    shop = hall.shop()
    purchase = shop.bought("1", "2026-03-02T10:00", 1_000_000)
    await hall.hear(purchase, shop.accrued(purchase, 9_999, revision=2))
    told = await hall.told(shop)
    await hall.hear(shop.accrued(purchase, 10_000, revision=1))
    assert await hall.told(shop) == told
    await hall.hear(shop.accrued(purchase, 10_000, revision=3))
    assert [tier for tier, *_ in await hall.told(shop)] == ["regular", "gold", "regular"]


async def test_T3_a_return_waits_for_its_purchase(hall):
    shop = hall.shop()
    lifted = shop.sold("1", "2026-03-02T10:00", 1_000_000)
    back = shop.returned("R", "2026-03-05T10:00", lifted[0], "1")
    await hall.hear(back, shop.reversed(back, 10_000))
    assert await hall.messages(shop) == []
    await hall.hear(lifted)
    assert [(tier, n) for tier, n, *_ in await hall.told(shop)] == [
        ("regular", 1),
        ("gold", 1),
        ("regular", 1),
    ]


async def test_T3_a_return_waits_for_its_reversal(hall):
    shop = hall.shop()
    lifted = shop.sold("1", "2026-03-02T10:00", 1_000_000)
    back = shop.returned("R", "2026-03-05T10:00", lifted[0], "1")
    await hall.hear(lifted, back)
    assert [tier for tier, *_ in await hall.told(shop)][-2:] == ["gold", "regular"]
    assert (await hall.told(shop))[-1][2].year == 2027
    await hall.hear(shop.reversed(back, 10_000))
    assert (await hall.told(shop))[-1][2] == back.occurred_at


async def test_T4_nothing_differs_nothing_is_said(hall):
    shop = hall.shop()
    await hall.hear(shop.enrolled(), shop.sold("1", "2026-03-02T10:00", 100))
    assert [one.seq for one in await hall.messages(shop)] == [1]


async def test_T4_a_purchase_from_before_enrolment_moves_the_start(hall, instant):
    shop = hall.shop()
    await hall.hear(shop.enrolled(), shop.sold("1", "2026-02-02T10:00", 100))
    messages = await hall.messages(shop)
    assert [one.from_at for one in messages] == [
        instant("2026-03-01T00:00"),
        instant("2026-02-02T10:00"),
    ]
    assert (await hall.told(shop))[0][2] == instant("2026-02-02T10:00")


async def test_E3_two_batches_of_one_member_at_once(hall, heard):
    shop = hall.shop()
    days = range(1, 13)
    sales = [shop.sold(f"{day}", f"2026-03-{day:02}T10:00", 100_000) for day in days]
    await asyncio.gather(*(hall.hear(batch) for pair in sales for batch in pair))
    told = await hall.told(shop)
    assert [tier for tier, *_ in told] == ["regular", "silver", "gold", "regular"]
    messages = await hall.messages(shop)
    assert [one.seq for one in messages] == list(range(1, len(messages) + 1))
    assert heard(messages) == told


async def test_E3_batches_of_many_members_cross_without_deadlock(hall):
    shops = [hall.shop() for _ in range(20)]
    sales = [
        [shop.sold(f"{n}", f"2026-03-0{n + 1}T10:00", 100) for shop in shops] for n in range(3)
    ]
    batches = [
        [event for pair in (reversed(row) if n % 2 else row) for event in pair]
        for n, row in enumerate(sales)
    ]
    await asyncio.gather(*(hall.hear(batch) for batch in batches))
    for shop in shops:
        assert [tier for tier, *_ in await hall.told(shop)] == ["regular", "silver", "regular"]
