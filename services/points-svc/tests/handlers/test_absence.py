"""P2 through the doors: points that are lost by being away, and given back by a late fact."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from chassis.testing.stage import Stage
from chassis.tx import Conflict
from contracts.events.purchases import ActivityRecorded
from points_svc.handlers.expire_lots import expire_lots
from points_testing.auditing import audited
from points_testing.desk import START, Desk, activity, of, tiers
from points_testing.ledger import purchase
from points_testing.terms import publish

DAY = timedelta(days=1)
LOST = START + 91 * DAY
"""Three months after 1 April, 08:00 in Shanghai: 1 July."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await publish(desk, expiry={"kind": "never"}, inactivity_months=3)
        yield desk


def came(member: str, at: datetime) -> ActivityRecorded:
    return activity(member, at, ref=f"{member}{at}")


async def bought(desk: Desk, at: datetime = START, net: str = "100.00") -> str:
    member = await desk.enroll()
    await desk.hear(of(member, purchase(f"{member}a", at, net)))
    return member


async def test_P2_points_are_lost_three_months_after_the_last_fact(desk: Desk):
    member = await bought(desk)
    desk.at(LOST - timedelta(microseconds=1))
    assert await desk.available(member) == 110
    desk.at(LOST)
    assert await desk.available(member) == 0, "judged when asked"
    refused = await desk.burn(member, 1)
    assert refused.json()["code"] == "points_insufficient"
    await desk.stage.run_job("expire_lots")
    assert (await desk.kinds(member)) == {"accrual": 1, "inactivity": 1}
    assert await desk.stage.run_job("expire_lots") == 0
    assert await desk.books_balance()
    assert member not in {one["member_id"] for one in await audited(desk)}


async def test_P2_what_was_given_since_the_last_fact_is_lost_with_it(desk: Desk):
    member = await bought(desk)
    desk.at(START + 20 * DAY)
    assert (await desk.burn(member, 110)).status_code == 201
    given = {"points": 40, "reason": "because"}
    path, key = f"/v1/points/{member}/adjustments", {"Idempotency-Key": f"given-{member}"}
    assert (await desk.api.post(path, json=given, headers=key)).status_code == 201
    assert await desk.available(member) == 40
    desk.at(LOST)
    assert await desk.available(member) == 0, "nobody was there since"
    await desk.stage.run_job("expire_lots")
    assert (await desk.kinds(member))["inactivity"] == 1
    assert await desk.books_balance()


async def test_P2_an_activity_and_a_purchase_keep_them(desk: Desk):
    member = await bought(desk)
    desk.at(START + 80 * DAY)
    await desk.hear(came(member, START + 80 * DAY))
    desk.at(LOST + 60 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 110
    await desk.hear(of(member, purchase(f"{member}b", LOST + 60 * DAY, "50.00")))
    desk.at(LOST + 100 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 165
    assert await desk.books_balance()


@pytest.mark.parametrize("is_purchase", [True, False], ids=["a purchase", "an activity"])
async def test_P2_a_late_fact_gives_back_what_it_would_have_kept(desk: Desk, is_purchase: bool):
    member = await bought(desk)
    desk.at(LOST + DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 0
    late = LOST - DAY
    fact = of(member, purchase(f"{member}b", late, "0.00")) if is_purchase else came(member, late)
    await desk.hear(fact)
    assert await desk.available(member) == 110
    await desk.stage.run_job("expire_lots")
    assert (await desk.kinds(member))["inactivity"] == 2
    assert await desk.available(member) == 110
    desk.at(LOST + 200 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 0
    assert await desk.books_balance()


async def test_P2_who_comes_back_too_late_begins_anew(desk: Desk):
    member = await bought(desk)
    desk.at(LOST + DAY)
    await desk.hear(of(member, purchase(f"{member}b", LOST + DAY, "50.00")))
    assert await desk.available(member) == 55
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 55
    assert await desk.books_balance()


async def test_P2_what_was_held_meanwhile_is_lost_once_it_comes_back(desk: Desk):
    member = await bought(desk)
    desk.at(LOST - DAY)
    held = await desk.hold(member, 40, lapse_after_s=3 * 86_400)
    assert held.status_code == 201
    desk.at(LOST)
    await desk.stage.run_job("expire_lots")
    assert (await desk.account(member)) | {"available": 0, "held": 40} == await desk.account(member)
    desk.at(LOST + 3 * DAY)
    assert await desk.available(member) == 0
    await desk.stage.run_job("lapse_holds")
    await desk.stage.run_job("expire_lots")
    account = await desk.account(member)
    assert (account["available"], account["held"]) == (0, 0)
    assert await desk.books_balance()


async def test_P2_what_comes_back_to_somebody_away_is_lost_with_the_rest(desk: Desk):
    """A burn that is cancelled, and a tier that is told late, bring nothing that stays."""
    member = await bought(desk)
    await desk.hear(tiers(member, 1, (START, "regular")))
    burned = (await desk.burn(member, 110)).json()["burn_id"]
    desk.at(LOST)
    await desk.stage.run_job("expire_lots")
    desk.at(LOST + DAY)
    cancelled = await desk.api.post(f"/v1/points/{member}/burns/{burned}/cancel")
    assert cancelled.status_code == 200, cancelled.text
    assert await desk.available(member) == 0
    await desk.stage.run_job("expire_lots")
    desk.at(LOST + 2 * DAY)
    await desk.hear(tiers(member, 2, (START - DAY, "gold")))
    assert await desk.available(member) == 0
    await desk.stage.run_job("expire_lots")
    assert await desk.stage.run_job("expire_lots") == 0
    assert await desk.available(member) == 0
    assert await desk.books_balance()


async def test_P2_what_staff_reinstated_is_not_lost_to_the_same_absence_again(desk: Desk):
    member = await desk.enroll()
    one = of(member, purchase(f"{member}a", START, "100.00"))
    await desk.hear(one)
    desk.at(LOST + DAY)
    await desk.stage.run_job("expire_lots")
    back = await desk.api.post(
        f"/v1/points/{member}/lots/{one.fact_id}/reinstate",
        json={"days": 5, "reason": "was in hospital"},
        headers={"Idempotency-Key": member},
    )
    assert back.status_code == 200, back.text
    desk.at(LOST + 60 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 110, "a lot that never ends has no days to last"
    assert await desk.books_balance()


async def test_P11_a_sweep_of_absences_that_is_killed_ends_in_the_same_ledger(desk: Desk):
    members = [await bought(desk) for _ in range(3)]
    desk.at(LOST)
    with pytest.raises(Conflict):
        async with desk.stage.begin("job:expire_lots") as tx:
            assert await expire_lots(tx, 500)
            raise Conflict("killed")
    for _ in range(2):
        await desk.stage.run_job("expire_lots")
    assert [await desk.available(member) for member in members] == [0, 0, 0]
    kinds = [await desk.kinds(member) for member in members]
    assert kinds == [{"accrual": 1, "inactivity": 1}] * 3
    assert await desk.books_balance()
