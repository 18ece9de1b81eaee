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


def _the_story(hall, story):
    """The whole story at once."""
    shop, steps = story
    return shop, [], [event for step in steps for event in step]


def _rerated(hall, _):
    """Both totals of a purchase that comes back in part are revised: the points would lift the
    member, were it not for the return.
    """
    shop = hall.shop()
    bought = shop.bought("P", "2026-03-05T10:00", 500_000, 500_000)
    back = shop.returned("R", "2026-03-20T10:00", bought, "2")
    before = [
        *(shop.enrolled(), bought, shop.accrued(bought, 8_000)),
        *(back, shop.reversed(back, 1_000)),
    ]
    return shop, before, [shop.accrued(bought, 12_000, 2), shop.reversed(back, 6_000, 2)]


def _there_and_back(hall, _):
    """A purchase that would lift the member comes back at the instant at which it was made."""
    shop = hall.shop()
    bought = shop.bought("P", "2026-03-05T10:00", 2_000_000)
    back = shop.returned("R", "2026-03-05T10:00", bought, "1")
    return (
        shop,
        [],
        [
            *(shop.enrolled(), bought, shop.accrued(bought, 20_000)),
            *(back, shop.reversed(back, 20_000)),
        ],
    )


@pytest.mark.parametrize("is_reversed", [False, True], ids=["in order", "the other way round"])
@pytest.mark.parametrize(
    ("told_of", "tiers"),
    [
        pytest.param(_the_story, ["regular", "silver", "regular"], id="the story"),
        pytest.param(_rerated, ["regular", "gold", "regular"], id="two totals revised"),
        pytest.param(_there_and_back, ["regular"], id="bought and brought back at one instant"),
    ],
)
async def test_T4_one_message_per_member_and_batch(hall, story, heard, told_of, tiers, is_reversed):
    shop, before, batch = told_of(hall, story)
    await hall.hear(*([before] if before else []))
    said = len(await hall.messages(shop))
    await hall.hear(batch[::-1] if is_reversed else batch)
    messages = await hall.messages(shop)
    assert len(messages[said:]) == 1
    told = heard(messages)
    assert [tier for tier, *_ in told] == tiers
    assert told == await hall.told(shop)
