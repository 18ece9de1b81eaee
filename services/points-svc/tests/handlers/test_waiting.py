"""P4 through the doors: points that wait for a day or a delivery, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.testing.stage import Stage
from chassis.tx import Conflict
from contracts.events.base import Event
from contracts.events.points import PointsActivated, PointsExpired
from contracts.events.purchases import ActivityRecorded, PurchaseRecorded
from points_svc.handlers.expire_lots import expire_lots
from points_testing.desk import START, Desk, activity, back, of
from points_testing.ledger import purchase
from points_testing.terms import publish

DAY = timedelta(days=1)
RACES_MAX = 20
DELIVERED = {"kind": "on_activity", "activity": "delivered", "deadline_days": 30}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    """Of the beginning `points` wait fourteen days."""
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await publish(desk, availability={"kind": "after_days", "n": 14})
        yield desk


def about(
    bought: PurchaseRecorded, at: datetime, kind: str = "delivered", n: int = 0
) -> ActivityRecorded:
    """Something that happened to a purchase."""
    ref = f"{kind}-{bought.source_ref}-{n}"
    return activity(bought.member_id, at, kind, ref, purchase_fact_id=bought.fact_id)


async def buy(desk: Desk, member: str, ref: str, at: datetime, net: str) -> PurchaseRecorded:
    bought = of(member, purchase(f"{member}{ref}", at, net))
    await desk.hear(bought)
    return bought


async def sides(desk: Desk, member: str) -> tuple[int, int, int]:
    account = await desk.account(member)
    return account["pending"], account["available"], account["deficit"]


async def activated(desk: Desk, member: str) -> list[tuple[int, datetime, str | None]]:
    return [
        (event.points, event.occurred_at, event.activity_fact_id)
        for event in await desk.stage.said()
        if isinstance(event, PointsActivated) and event.member_id == member
    ]


async def patiently(desk: Desk, fact: Event) -> None:
    """As a consumer does: who loses a race runs again."""
    for _ in range(RACES_MAX):
        with suppress(Conflict):
            return await desk.stage.deliver(fact)
    raise AssertionError("too many races lost")


async def test_P4_points_wait_their_days_and_count_from_that_instant_on(desk: Desk):
    member = await desk.enroll()
    bought = await buy(desk, member, "a", START, "100.00")
    assert await sides(desk, member) == (110, 0, 0)
    refused = await desk.burn(member, 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "points_insufficient")
    due = START + 14 * DAY
    desk.at(due - timedelta(microseconds=1))
    assert await sides(desk, member) == (110, 0, 0)
    desk.at(due)
    assert await sides(desk, member) == (0, 110, 0), "judged when asked, not when a job has run"
    assert (await desk.burn(member, 110)).status_code == 201
    assert await activated(desk, member) == [(110, due, None)]
    assert (await desk.totals(member))[bought.fact_id, "points"] == 110
    assert await desk.books_balance()


async def test_P4_a_job_lets_them_become_available_once_and_dates_it_at_their_moment(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, "a", START, "100.00")
    await buy(desk, member, "b", START + 3 * DAY, "50.00")
    desk.at(START + 16 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await sides(desk, member) == (55, 110, 0)
    desk.at(START + 30 * DAY)
    for _ in range(2):
        await desk.stage.run_job("expire_lots")
    assert await sides(desk, member) == (0, 165, 0)
    expected = [(110, START + 14 * DAY, None), (55, START + 17 * DAY, None)]
    assert await activated(desk, member) == expected
    assert (await desk.kinds(member))["activation"] == 2
    assert await desk.books_balance()


async def test_P11_a_sweep_that_is_killed_in_the_middle_ends_in_the_same_ledger(desk: Desk):
    members = [await desk.enroll() for _ in range(3)]
    for member in members:
        await buy(desk, member, "a", START, "100.00")
    desk.at(START + 15 * DAY)
    before = await desk.stage.counts()
    with pytest.raises(Conflict):
        async with desk.stage.begin("job:expire_lots") as tx:
            assert await expire_lots(tx, 500)
            raise Conflict("killed")
    assert await desk.stage.counts() == before
    await asyncio.gather(desk.stage.run_job("expire_lots"), desk.stage.run_job("expire_lots"))
    assert [await sides(desk, member) for member in members] == [(0, 110, 0)] * 3
    assert await desk.books_balance()


async def test_P4_a_late_purchase_has_waited_already(desk: Desk):
    member = await desk.enroll()
    desk.at(START + 20 * DAY)
    await buy(desk, member, "a", START, "100.00")
    assert await sides(desk, member) == (0, 110, 0)
    at = {"at": (START + 13 * DAY).isoformat()}
    then = (await desk.api.get(f"/v1/points/{member}", params=at)).json()["accounts"][0]
    assert (then["pending"], then["available"]) == (110, 0), "as we know it now, of then"


async def test_P7_a_return_takes_from_what_waits_before_anything_else(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, "old", START - 30 * DAY, "100.00")
    bought = await buy(desk, member, "new", START, "50.00")
    await desk.hear(back(bought, f"{member}r", START + DAY, ("1", 1)))
    assert await sides(desk, member) == (0, 110, 0)
    desk.at(START + 15 * DAY)
    assert await sides(desk, member) == (0, 110, 0)
    assert await desk.books_balance()


async def test_P14_what_becomes_available_pays_the_deficit_first(desk: Desk):
    member = await desk.enroll()
    first = await buy(desk, member, "a", START - 14 * DAY, "100.00")
    assert (await desk.burn(member, 110)).status_code == 201
    await desk.hear(back(first, f"{member}r", START, ("1", 1)))
    await buy(desk, member, "b", START, "150.00")
    assert await sides(desk, member) == (165, 0, 110), "what waits pays nothing yet"
    desk.at(START + 14 * DAY)
    assert await sides(desk, member) == (0, 55, 0)
    assert await desk.books_balance()


async def test_P4_a_delivery_makes_them_available_from_its_instant_on(desk: Desk):
    await publish(desk, availability={**DELIVERED, "default": "available"})
    member = await desk.enroll()
    bought = await buy(desk, member, "a", START, "100.00")
    other = about(bought, START + DAY, "opened")
    await desk.hear(other)
    assert await sides(desk, member) == (110, 0, 0), "another kind says nothing"
    delivered = about(bought, START + 3 * DAY)
    desk.at(START + 4 * DAY)
    await desk.hear(delivered, about(bought, START + 2 * DAY, n=1))
    assert await sides(desk, member) == (0, 110, 0)
    earliest = about(bought, START + 2 * DAY, n=1)
    assert await activated(desk, member) == [(110, START + 2 * DAY, earliest.fact_id)]
    lots = (await desk.api.get(f"/v1/points/{member}/lots")).json()["items"]
    (lot,) = [one for one in lots if one["point_type"] == "points"]
    assert lot["available_from"] == "2026-04-03T00:00:00Z"
    assert await desk.books_balance()


async def test_P4_a_delivery_that_overtakes_its_purchase_waits_for_it(desk: Desk):
    await publish(desk, availability={**DELIVERED, "default": "forfeit"})
    member = await desk.enroll()
    bought = of(member, purchase(f"{member}a", START, "100.00"))
    desk.at(START + 5 * DAY)
    await desk.hear(about(bought, START + 3 * DAY))
    assert await sides(desk, member) == (0, 0, 0)
    await desk.hear(bought)
    assert await sides(desk, member) == (0, 110, 0)
    (one,) = await activated(desk, member)
    assert one == (110, START + 3 * DAY, about(bought, START + 3 * DAY).fact_id)
    assert await desk.books_balance()


async def test_P4_a_delivery_and_its_purchase_at_once_never_miss_each_other(desk: Desk):
    await publish(desk, availability={**DELIVERED, "default": "forfeit"})
    bought = []
    for n in range(6):
        member = await desk.enroll()
        bought.append(of(member, purchase(f"{member}{n}", START, "100.00")))
    desk.at(START + 5 * DAY)
    await asyncio.gather(
        *(patiently(desk, fact) for one in bought for fact in (one, about(one, START + 3 * DAY)))
    )
    assert [await sides(desk, one.member_id) for one in bought] == [(0, 110, 0)] * 6
    assert await desk.books_balance()


async def test_P4_what_nobody_claims_is_forfeit_at_the_deadline_and_a_late_claim_gives_it_back(
    desk: Desk,
):
    await publish(desk, availability={**DELIVERED, "default": "forfeit"})
    member = await desk.enroll()
    bought = await buy(desk, member, "a", START, "100.00")
    desk.at(START + 30 * DAY)
    assert await sides(desk, member) == (0, 0, 0)
    await desk.stage.run_job("expire_lots")
    assert (await desk.kinds(member))["forfeit"] == 1
    lost = [e for e in await desk.stage.said() if isinstance(e, PointsExpired)]
    assert [(e.points, e.occurred_at) for e in lost if e.member_id == member] == [
        (110, START + 30 * DAY)
    ]
    desk.at(START + 32 * DAY)
    await desk.hear(about(bought, START + 30 * DAY))
    assert await sides(desk, member) == (0, 0, 0), "at the deadline is too late"
    await desk.hear(about(bought, START + 29 * DAY, n=1))
    assert await sides(desk, member) == (0, 110, 0), "before it, heard late"
    await desk.hear(about(bought, START + 28 * DAY, n=2))
    assert await sides(desk, member) == (0, 110, 0)
    assert await desk.books_balance()


async def test_P4_at_the_deadline_they_become_available_where_the_rules_say_so(desk: Desk):
    await publish(desk, availability={**DELIVERED, "default": "available"})
    member = await desk.enroll()
    bought = await buy(desk, member, "a", START, "100.00")
    desk.at(START + 30 * DAY)
    assert await sides(desk, member) == (0, 110, 0)
    await desk.stage.run_job("expire_lots")
    await desk.hear(about(bought, START + 2 * DAY))
    assert await sides(desk, member) == (0, 110, 0)
    assert await activated(desk, member) == [(110, START + 30 * DAY, None)]


async def test_P2_a_lot_that_ends_while_it_waits_is_gone(desk: Desk):
    await publish(
        desk,
        availability={"kind": "after_days", "n": 60},
        expiry={"kind": "end_of_month", "months_after": 0},
    )
    member = await desk.enroll()
    await buy(desk, member, "a", START, "100.00")
    assert await sides(desk, member) == (110, 0, 0)
    desk.at(START + 40 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await sides(desk, member) == (0, 0, 0)
    assert await activated(desk, member) == []
    assert (await desk.kinds(member)) == {"accrual": 1, "expiry": 1}
    assert await desk.books_balance()


async def test_E5_an_activation_names_its_lot_and_its_activity(desk: Desk):
    await publish(desk, availability={**DELIVERED, "default": "forfeit"})
    member = await desk.enroll()
    bought = await buy(desk, member, "a", START, "100.00")
    desk.at(START + 5 * DAY)
    delivered = about(bought, START + 3 * DAY)
    await desk.hear(delivered)
    (posting,) = [p for p in await desk.postings(member) if p["kind"] == "activation"]
    why: dict[str, Any] = await desk.why(member, posting["posting_id"])
    assert {(fact["kind"], fact["fact_id"]) for fact in why["facts"]} == {
        ("lot", bought.fact_id),
        ("activity", delivered.fact_id),
    }
