"""A maximum balance: decided when a fact is recorded, kept with it, and explained."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest_asyncio

from chassis.testing.stage import Stage
from contracts.events.purchases import PurchaseRecorded
from points_testing.desk import START, Desk, activity, back, of, tiers
from points_testing.ledger import purchase
from points_testing.terms import checkin, publish

DAY = timedelta(days=1)
LATER = START + 400 * DAY
"""Beyond what the other tests look at: a version is in force from its publication on."""
CHECKIN = checkin(50)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    """An account holds 200 points at most, each of them for thirty days."""
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await publish(desk, CHECKIN, maximum_balance=200, expiry={"kind": "days", "n": 30})
        yield desk


async def buy(
    desk: Desk, member: str, ref: str, net: str, at: datetime = START
) -> PurchaseRecorded:
    bought = of(member, purchase(f"{member}{ref}", at, net))
    await desk.hear(bought)
    return bought


async def test_P5_an_accrual_is_cut_to_what_the_account_has_room_for_and_why_says_so(desk: Desk):
    member = await desk.enroll()
    first = await buy(desk, member, "a", "100.00")
    second = await buy(desk, member, "b", "100.00")
    third = await buy(desk, member, "c", "100.00")
    totals = await desk.totals(member)
    given = [totals[one.fact_id, "points"] for one in (first, second, third)]
    assert given == [110, 90, 0]
    assert [totals[one.fact_id, "growth"] for one in (first, second, third)] == [100, 100, 100]
    assert await desk.available(member) == 200
    why = await desk.why(member, f"{second.fact_id}.points")
    (used,) = why["allowances"]
    expected = {"name": "maximum_balance", "allowed": 90, "cut": 20, "gives": 90}
    assert used | expected == used
    assert await desk.books_balance()


async def test_P5_what_is_held_and_waits_takes_room_and_what_is_burned_makes_it(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, "a", "150.00")
    assert (await desk.hold(member, 100)).status_code == 201
    await buy(desk, member, "b", "100.00")
    account = await desk.account(member)
    assert (account["available"], account["held"]) == (100, 100)
    assert (await desk.burn(member, 60)).status_code == 201
    await buy(desk, member, "c", "100.00")
    assert await desk.available(member) == 100


async def test_P3_what_has_ended_leaves_room_whether_or_not_a_sweep_has_run(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, "a", "200.00")
    desk.at(START + 30 * DAY)
    await buy(desk, member, "b", "100.00", START + 30 * DAY)
    assert await desk.available(member) == 110
    assert await desk.books_balance()


async def test_P3_what_has_ended_leaves_room_for_an_activity_too(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, "a", "200.00")
    desk.at(START + 30 * DAY)
    await desk.hear(activity(member, START + 30 * DAY))
    assert await desk.available(member) == 50
    assert await desk.books_balance()


async def test_P5_room_is_judged_before_a_late_fact_gives_back_what_it_would_have_kept(desk: Desk):
    desk.at(LATER)
    never = {"kind": "never"}
    await publish(desk, CHECKIN, maximum_balance=200, expiry=never, inactivity_months=1)
    member = await desk.enroll()
    await buy(desk, member, "a", "150.00", LATER)
    desk.at(LATER + 40 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 0, "they were away for a month"
    late = await buy(desk, member, "b", "160.00", LATER + 20 * DAY)
    assert (await desk.totals(member))[late.fact_id, "points"] == 176, "there was room for 200"
    assert await desk.available(member) == 165 + 176
    assert await desk.books_balance()


async def test_P5_a_rerating_never_raises_a_purchase_above_what_it_was_allowed(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, "a", "100.00")
    cut = await buy(desk, member, "b", "100.00")
    await desk.hear(tiers(member, 1, (START - DAY, "gold")))
    totals = await desk.totals(member)
    assert totals[cut.fact_id, "points"] == 90
    assert await desk.books_balance()


async def test_P7_a_return_of_a_cut_purchase_takes_back_what_it_no_longer_justifies(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, "a", "100.00")
    cut = of(member, purchase(f"{member}b", START, "50.00", "50.00"))
    await desk.hear(cut)
    assert (await desk.totals(member))[cut.fact_id, "points"] == 90
    await desk.hear(back(cut, f"{member}r", START + DAY, ("1", 1)))
    assert await desk.available(member) == 165, "55 are still bought: 35 of the 90 go"
    await desk.hear(back(cut, f"{member}s", START + DAY, ("2", 1)))
    assert await desk.available(member) == 110
    assert await desk.books_balance()


async def test_P5_purchases_at_once_never_fill_an_account_beyond_its_most(desk: Desk):
    member = await desk.enroll()
    bought = [of(member, purchase(f"{member}{n}", START, "60.00")) for n in range(8)]

    async def patiently(one: PurchaseRecorded) -> None:
        await desk.stage.deliver(one)

    outcomes = await asyncio.gather(*map(patiently, bought), return_exceptions=True)
    for one, outcome in zip(bought, outcomes, strict=True):
        if isinstance(outcome, Exception):
            await patiently(one)
    assert await desk.available(member) == 200
    totals = await desk.totals(member)
    assert sum(totals[one.fact_id, "points"] for one in bought) == 200
    assert await desk.books_balance()
