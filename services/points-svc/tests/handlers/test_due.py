"""No account is ever forgotten: what is due next is planned, whatever a sweep and others do."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from chassis.testing.stage import Stage
from chassis.tx import Conflict
from points_svc.handlers.accrue_purchases import accrue_purchases
from points_svc.handlers.expire_lots import expire_lots
from points_testing.auditing import audited
from points_testing.desk import START, Desk, activity, of
from points_testing.ledger import purchase
from points_testing.revisions import revision
from points_testing.terms import publish

DAY = timedelta(days=1)
SOON = timedelta(seconds=2)
UNPLANNED = """
SELECT a.member_id FROM account a LEFT JOIN due d USING (due_at, member_id, point_type)
WHERE a.due_at IS NOT NULL AND d.member_id IS NULL
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await publish(desk, inactivity_months=1, expiry={"kind": "days", "n": 50})
        yield desk


async def buy(desk: Desk, member: str, at: datetime) -> None:
    await desk.hear(of(member, purchase(f"{member}-{at:%j}", at, "100.00")))


async def sweep(desk: Desk, at: datetime) -> int:
    """What a sweep at that instant did; none may forget an account."""
    desk.at(at)
    done = await desk.stage.run_job("expire_lots")
    assert await desk.stage.rows(UNPLANNED) == []
    return done


async def given_back(desk: Desk, late: timedelta) -> str:
    """A member whose points were lost on day 35, and given back by a sweep so much after a late
    fact of day 20 was heard.
    """
    member = await desk.enroll()
    await buy(desk, member, START)
    await sweep(desk, START + 35 * DAY)
    assert await desk.available(member) == 0
    await desk.hear(activity(member, START + 20 * DAY))
    await sweep(desk, START + 35 * DAY + late)
    assert await desk.available(member) == 110
    return member


@pytest.mark.parametrize("late", [SOON, timedelta()], ids=["later", "at the same instant"])
async def test_P11_who_got_points_back_in_a_sweep_is_swept_again(desk: Desk, late: timedelta):
    member = await given_back(desk, late)
    desk.at(START + 40 * DAY)
    await buy(desk, member, START + 40 * DAY)
    assert (await desk.hold(member, 5, lapse_after_s=60)).status_code == 201
    desk.at(START + 41 * DAY)
    await desk.stage.run_job("lapse_holds")
    await sweep(desk, START + 41 * DAY)
    assert await sweep(desk, START + 300 * DAY) > 0
    stored = await desk.stage.rows(
        "SELECT available FROM account WHERE member_id = :m AND point_type = 'points'", m=member
    )
    assert [row.available for row in stored] == [0]
    kinds = await desk.kinds(member)
    assert kinds.get("expiry", 0) + kinds["inactivity"] >= 3
    assert await sweep(desk, START + 300 * DAY) == 0
    assert await desk.books_balance()
    assert await audited(desk) == []


async def test_P11_what_is_due_is_not_put_back_by_who_read_before_a_sweep(desk: Desk):
    """The sweep posts nothing, so the account's seq stands: when it is due is what changed."""
    member = await desk.enroll()
    await buy(desk, member, START)
    assert (await desk.burn(member, 110)).status_code == 201
    desk.at(START + 60 * DAY)
    late = of(member, purchase(f"{member}-late", START + 60 * DAY, "100.00"))
    with pytest.raises(Conflict):
        async with desk.interrupted("accounts_of", lambda: sweep(desk, desk.stage.clock())) as tx:
            await accrue_purchases(tx, [late])
    await desk.hear(late)
    assert await sweep(desk, START + 300 * DAY) > 0
    assert (await desk.kinds(member))["inactivity"] == 1
    assert await audited(desk) == []


async def test_P11_a_sweep_that_gives_back_and_is_killed_forgets_nobody(desk: Desk):
    member = await desk.enroll()
    await buy(desk, member, START)
    await sweep(desk, START + 35 * DAY)
    await desk.hear(activity(member, START + 20 * DAY))
    desk.at(START + 35 * DAY + SOON)
    with pytest.raises(Conflict):
        async with desk.stage.begin("job:expire_lots") as tx:
            assert await expire_lots(tx, 500)
            raise Conflict("killed")
    await sweep(desk, desk.stage.clock())
    assert await sweep(desk, START + 300 * DAY) > 0
    assert (await desk.kinds(member))["inactivity"] == 2
    assert await desk.books_balance()


async def test_P11_accounts_that_were_forgotten_are_named_and_remembered(desk: Desk):
    member = await given_back(desk, SOON)
    await desk.stage.rows("DELETE FROM due WHERE member_id = :m", m=member)
    found = await audited(desk)
    assert [(x["invariant"], x["what"], x["member_id"], x["point_type"]) for x in found] == [
        ("I8", "forgotten", member, "points")
    ]
    for _ in range(2):
        await desk.stage.rows(revision("0014_remembered").REMEMBER)
    assert await sweep(desk, desk.stage.clock()) == 1
    assert (await desk.kinds(member))["inactivity"] == 2
    assert await audited(desk) == []
