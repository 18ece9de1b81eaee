"""A campaign's budget among writers, consumers, versions and deaths (P5, E3)."""

import asyncio
from datetime import timedelta
from itertools import count

import pytest

from chassis import failpoints
from contracts.events.purchases import PurchaseRecorded
from points_testing.campaigning import (
    DAY,
    HOUR,
    MINUTE,
    accrue,
    bought,
    campaign,
    ends,
    given,
    spent,
    write,
)
from points_testing.desk import START, Desk
from points_testing.office import Office

WRITERS = 64
days = count(1)


@pytest.fixture
async def office(desk: Desk) -> Office:
    """A day of its own for each test, whose version begins with it."""
    office = Office(desk, START + next(days) * DAY)
    desk.at(office.now)
    return office


async def test_P5_a_budget_stops_at_zero_and_says_so_once(desk: Desk, office: Office):
    fuse = campaign(250)
    version = await write(office, fuse)
    member = await desk.enroll()
    facts = [bought(member, office.now + n * HOUR) for n in range(1, 5)]
    for fact in facts:
        await desk.hear(fact)
    assert await given(desk, *facts) == [210, 210, 160, 110]
    assert await spent(desk, fuse["campaign"]) == 250
    (said,) = await ends(desk, fuse["campaign"])
    assert (said.points, said.cut, said.fact_id) == (250, 50, facts[2].fact_id)
    assert said.version == str(version)
    assert await desk.books_balance()


async def test_P5_64_writers_at_once_never_overspend_and_use_it_up(desk: Desk, office: Office):
    """64 × 3 purchases ask for 19,200 points of 10,000; three in ten ask for their own sums."""
    fuse = campaign(10_000)
    await write(office, fuse)
    members = [await desk.enroll() for _ in range(WRITERS)]
    facts = {one: [bought(one, office.now + n * HOUR) for n in range(1, 4)] for one in members}

    async def writer(member: str) -> None:
        for fact in facts[member]:
            await accrue(desk, fact)

    await asyncio.gather(*(writer(member) for member in members))
    everything = [fact for member in members for fact in facts[member]]
    points = await given(desk, *everything)
    assert sum(points) - 110 * len(points) == 10_000 == await spent(desk, fuse["campaign"])
    assert len(await ends(desk, fuse["campaign"])) == 1
    cut = await desk.stage.rows(
        "SELECT fact_id, given, cut, by FROM allowance_cut WHERE name = :name",
        name=fuse["campaign"],
    )
    assert {(row.fact_id, row.given, row.cut, row.by) for row in cut} == {
        (fact.fact_id, one - 110, 210 - one, "budget")
        for fact, one in zip(everything, points, strict=True)
        if one < 210
    }
    assert await desk.books_balance()


async def test_P5_two_consumers_take_turns_at_a_budget(desk: Desk, office: Office):
    """Batches of two consumers, over members of their own, want 8,000 of 5,000 points."""
    fuse = campaign(5_050)
    await write(office, fuse)
    sides = [[await desk.enroll() for _ in range(8)] for _ in range(2)]
    batches = [
        [[bought(one, office.now + n * HOUR) for one in side] for n in range(1, 6)]
        for side in sides
    ]

    async def consume(mine: list[list[PurchaseRecorded]]) -> None:
        for batch in mine:
            await accrue(desk, *batch)

    await asyncio.gather(*(consume(mine) for mine in batches))
    facts = [fact for mine in batches for batch in mine for fact in batch]
    points = await given(desk, *facts)
    assert sum(points) - 110 * len(points) == 5_050 == await spent(desk, fuse["campaign"])
    assert sorted(set(points)) == [110, 160, 210]
    assert len(await ends(desk, fuse["campaign"])) == 1
    assert await desk.books_balance()


@pytest.mark.parametrize(
    "place", ["sql.append_postings", "sql.take_from_budgets", "tx.before_commit", "tx.after_commit"]
)
async def test_P5_killed_anywhere_a_batch_takes_from_a_budget_once(
    desk: Desk, office: Office, place: str
):
    fuse = campaign(150)
    await write(office, fuse)
    member = await desk.enroll()
    facts = [bought(member, office.now + n * HOUR) for n in (1, 2)]
    failpoints.arm(f"{place}=error")
    with pytest.raises(failpoints.FailpointError):
        await desk.stage.deliver(*facts)
    failpoints.arm("")
    assert await spent(desk, fuse["campaign"]) == (150 if place == "tx.after_commit" else 0)
    await desk.hear(*facts)
    assert await given(desk, *facts) == [210, 160]
    assert await spent(desk, fuse["campaign"]) == 150
    assert len(await ends(desk, fuse["campaign"])) == 1
    assert await desk.books_balance()


async def test_P5_a_later_version_goes_on_with_the_budget_and_may_raise_it(
    desk: Desk, office: Office
):
    fuse = campaign(150)
    first = await write(office, fuse)
    member = await desk.enroll()
    facts = [bought(member, office.now + n * MINUTE) for n in range(1, 7)]
    desk.at(office.now + HOUR)
    await desk.hear(*facts[:2])
    assert await given(desk, *facts[:2]) == [210, 160]
    for budget, points in ((300, [210, 160]), (200, [110, 110])):
        desk.at(office.now + timedelta(hours=2, minutes=301 - budget))
        version = await write(office, {**fuse, "budget": budget})
        now = desk.stage.clock()
        more = [bought(member, now + n * MINUTE) for n in (1, 2)]
        await desk.hear(*more)
        assert await given(desk, *more) == points
        (shown,) = (await desk.api.get(f"/v1/accrual-rules/{version}/campaigns")).json()["items"]
        assert (shown["budget"], shown["spent"], shown["left"]) == (budget, 300, 0)
    await office.catch_up()
    assert await given(desk, *facts[:2]) == [210, 160]
    assert [one.points for one in await ends(desk, fuse["campaign"])] == [150, 300]
    (shown,) = (await desk.api.get(f"/v1/accrual-rules/{first}/campaigns")).json()["items"]
    assert (shown["budget"], shown["spent"], shown["left"]) == (150, 300, 0)
