"""The member's story of `classic` over the consumer, as the steps of programmes.md tell it."""

import pytest


@pytest.fixture
def story(hall):
    shop = hall.shop()
    a, b = shop.sold("A", "2026-03-02T10:00", 10_000), shop.sold("B", "2026-03-09T12:00", 25_050)
    c = shop.sold("C", "2026-03-20T18:00", 9_990)
    d = shop.sold("D", "2026-04-05T09:00", 60_000, 40_000)
    second = shop.returned("R2", "2026-04-08T10:00", d[0], "2")
    first = shop.returned("R1", "2026-04-10T10:00", d[0], "1")
    e = shop.sold("E", "2026-04-20T10:00", 1_000)
    f = shop.sold("F", "2026-03-05T08:00", 20_000)
    steps = [
        [shop.enrolled()],
        *([*pair] for pair in (a, b, c, d)),
        [second, shop.reversed(second, 400)],
        [first, shop.reversed(first, 600)],
        [*e],
        [*f],
    ]
    return shop, steps


async def test_T4_each_step_tells_what_it_changed(hall, story, heard, instant):
    shop, steps = story
    await hall.hear(*steps)
    messages = await hall.messages(shop)
    seen = [
        (one.seq, [(i.tier, i.ordinal, i.from_at, i.to_at, i.reason) for i in one.intervals])
        for one in messages
    ]
    may = instant("2026-05-01T00:00")
    joined, since_b, since_c = (
        instant("2026-03-01T00:00"),
        instant("2026-03-09T12:00"),
        instant("2026-03-20T18:00"),
    )
    assert seen == [
        (1, [("regular", 1, joined, None, "started")]),
        (2, [("silver", 1, since_c, may, "reached"), ("regular", 2, may, None, "ended")]),
        (3, [("silver", 1, since_b, may, "reached"), ("regular", 2, may, None, "ended")]),
    ]
    assert [one.from_at for one in messages] == [joined, since_c, since_b]
    assert [i.fact_id for i in messages[-1].intervals] == [f"{shop.member}.B", None]
    assert {(one.ladder, one.version) for one in messages} == {("classic", "1")}
    assert await hall.told(shop) == heard(messages)


async def test_E1_every_message_twice_changes_nothing(hall, story):
    shop, steps = story
    await hall.hear(*(step for step in steps for _ in "12"))
    told, rows, messages = await hall.told(shop), await hall.rows(shop), await hall.messages(shop)
    await hall.hear(*steps)
    assert await hall.told(shop) == told
    assert await hall.rows(shop) == rows
    assert await hall.messages(shop) == messages
    assert len(messages) == 3


async def test_T4_one_message_per_member_and_batch(hall, story, heard):
    shop, steps = story
    await hall.hear([event for step in steps for event in step])
    messages = await hall.messages(shop)
    told = heard(messages)
    assert [tier for tier, *_ in told] == ["regular", "silver", "regular"]
    assert told == await hall.told(shop)
