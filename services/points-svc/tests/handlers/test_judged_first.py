"""What time has done by now is done before a fact reaches an account, whether or not a job has run
(P3, P8, P11).
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from chassis.testing.stage import Stage
from points_testing.desk import START, Desk, activity, back, of
from points_testing.ledger import purchase
from points_testing.terms import checkin, publish

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHECKIN = checkin(10)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    """Points last for ten days."""
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await publish(desk, CHECKIN, expiry={"kind": "days", "n": 10})
        yield desk


@pytest.mark.parametrize("job", [True, False], ids=["the job has run", "no job has run"])
async def test_P8_a_return_takes_back_what_a_hold_gives_back_when_it_is_over(desk: Desk, job: bool):
    await publish(desk, CHECKIN, shortfall="forgive", expiry={"kind": "days", "n": 10})
    member = await desk.enroll()
    bought = of(member, purchase(f"{member}-a", START, "100.00"))
    await desk.hear(bought)
    assert (await desk.hold(member, 110, lapse_after_s=60)).status_code == 201
    desk.at(START + HOUR)
    if job:
        await desk.stage.run_job("lapse_holds")
    await desk.hear(back(bought, f"{member}-r", START + HOUR, ("1", 1)))
    assert await desk.account(member) == {
        "available": 0,
        "held": 0,
        "pending": 0,
        "deficit": 0,
    }
    assert (await desk.kinds(member))["forgiveness"] == 0
    assert await desk.books_balance()


@pytest.mark.parametrize("fact", ["purchase", "activity"])
@pytest.mark.parametrize("job", [True, False], ids=["the job has run", "no job has run"])
async def test_P14_what_a_hold_gives_back_pays_the_deficit_before_a_later_fact_does(
    desk: Desk, job: bool, fact: str
):
    """The hold is over before its lot ends, so its points pay while they are there."""
    await publish(desk, CHECKIN, expiry={"kind": "days", "n": 10})
    member = await desk.enroll()
    first = of(member, purchase(f"{member}-a", START, "10.00"))
    await desk.hear(first)
    assert (await desk.hold(member, 11, lapse_after_s=60)).status_code == 201
    await desk.hear(back(first, f"{member}-r", START, ("1", 1)))
    assert (await desk.account(member))["deficit"] == 11
    desk.at(START + DAY)
    if job:
        await desk.stage.run_job("lapse_holds")
    desk.at(START + 20 * DAY)
    if fact == "purchase":
        await desk.hear(of(member, purchase(f"{member}-b", START + 20 * DAY, "10.00")))
        came = 11
    else:
        await desk.hear(activity(member, START + 20 * DAY))
        came = 10
    assert await desk.available(member) == came
    assert (await desk.account(member))["deficit"] == 0
    assert (await desk.kinds(member))["expiry"] == 0
    assert await desk.books_balance()
