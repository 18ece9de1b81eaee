"""Every order, split and duplication of what is heard ends in the same rows and the same telling
(E3).
"""

import random

import pytest

SEEDS = range(25)


def history(shop):
    """A history that reaches silver and gold, loses some of it by returns, and waits for points."""
    a = shop.sold("A", "2026-02-20T10:00", 30_000)
    b = shop.sold("B", "2026-03-02T10:00", 400_000)
    c = shop.sold("C", "2026-03-02T10:00", 100_000, 50_000)
    d = shop.sold("D", "2026-03-20T18:00", 600_000)
    e = shop.bought("E", "2026-03-31T23:59", 7_000)
    f = shop.sold("F", "2026-04-01T00:00", 100)
    whole = shop.returned("R1", "2026-03-25T10:00", d[0], "1")
    half = shop.returned("R2", "2026-03-01T10:00", c[0], "2")
    return [
        shop.enrolled(),
        *a,
        *b,
        *c,
        *d,
        e,
        shop.accrued(e, 60, revision=1),
        shop.accrued(e, 70, revision=2),
        *f,
        whole,
        shop.reversed(whole, 6_000),
        half,
        shop.reversed(half, 400, revision=1),
        shop.reversed(half, 500, revision=2),
    ]


def scattered(events, seed):
    """The events in another order, some of them twice, in batches of any size."""
    chance = random.Random(seed)
    heard = [*events, *chance.sample(events, 6)]
    chance.shuffle(heard)
    batches = []
    while heard:
        size = chance.randint(1, 5)
        batches.append(heard[:size])
        heard = heard[size:]
    return batches


@pytest.mark.parametrize("seed", SEEDS)
async def test_E3_every_order_ends_alike(hall, heard, seed):
    plain, other = hall.shop(), hall.shop()
    await hall.hear(history(plain))
    await hall.hear(*scattered(history(other), seed))
    assert await hall.told(other) == await hall.told(plain)
    assert await hall.rows(other) == await hall.rows(plain)
    assert heard(await hall.messages(other)) == await hall.told(other)


async def test_E3_the_history_of_this_test_climbs_and_falls(hall):
    shop = hall.shop()
    await hall.hear(history(shop))
    assert [(tier, n) for tier, n, *_ in await hall.told(shop)] == [
        ("regular", 1),
        ("gold", 1),
        ("regular", 1),
        ("silver", 1),
        ("regular", 2),
    ]
