"""Decisions on a real database: many at a time, killed jobs, and what every one leaves."""

import asyncio
from collections import Counter
from datetime import timedelta

from chassis.tx import Conflict
from points_svc.handlers.expire_lots import expire_lots
from points_svc.handlers.lapse_holds import lapse_holds
from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase

DAY = timedelta(days=1)
END = timedelta(days=800)


async def member_with(desk: Desk, *nets: str) -> str:
    member = await desk.enroll()
    for n, net in enumerate(nets):
        at = START - 10 * DAY + timedelta(seconds=n)
        await desk.stage.deliver(of(member, purchase(f"{member}-{n}", at, net)))
    return member


async def test_I3_200_burns_at_once_never_burn_more_than_there_is(desk: Desk):
    member = await member_with(desk, "100.00", "50.00", "31.82")
    assert await desk.available(member) == 200
    answers = await asyncio.gather(*(desk.burn(member, 3) for _ in range(200)))
    codes = Counter(answer.status_code for answer in answers)
    while codes[503]:
        again = await asyncio.gather(*(desk.burn(member, 3) for _ in range(codes.pop(503))))
        codes += Counter(answer.status_code for answer in again)
    assert codes == {201: 66, 409: 134}
    assert await desk.available(member) == 2
    assert await desk.books_balance()


async def test_holds_and_burns_at_once_share_the_points(desk: Desk):
    member = await member_with(desk, "100.00")
    answers = await asyncio.gather(
        *(desk.hold(member, 20) for _ in range(10)), *(desk.burn(member, 20) for _ in range(10))
    )
    assert sum(answer.status_code == 201 for answer in answers) == 5
    account = await desk.account(member)
    burned = sum(a.status_code == 201 and "burn_id" in a.json() for a in answers)
    assert account["available"] == 10
    assert account["held"] + 20 * burned == 100
    assert await desk.books_balance()


async def test_the_same_hold_from_two_tills_at_once_is_one_hold(desk: Desk):
    member = await member_with(desk, "100.00")
    first = (await desk.hold(member, 10)).json()["hold_id"]
    answers = await asyncio.gather(*(desk.hold(member, 10, hold_id=first) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.headers["idempotent-replayed"] == "true" for answer in answers)
    assert (await desk.account(member))["held"] == 10


async def test_a_capture_and_a_release_at_once_end_the_hold_one_way(desk: Desk):
    member = await member_with(desk, "100.00")
    hold_id = (await desk.hold(member, 10)).json()["hold_id"]
    path = f"/v1/points/{member}/holds/{hold_id}"
    answers = await asyncio.gather(
        *(desk.api.post(f"{path}/{verb}") for verb in ("capture", "release") * 5)
    )
    state = (await desk.api.get(path)).json()["state"]
    assert state in {"captured", "released"}
    assert sum(answer.status_code == 200 for answer in answers) == 5
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"hold_not_open"}
    assert await desk.books_balance()


async def test_P11_the_lapse_job_gives_back_what_is_over_and_only_that(desk: Desk):
    member = await member_with(desk, "100.00")
    over = (await desk.hold(member, 10, lapse_after_s=60)).json()["hold_id"]
    await desk.hold(member, 20, lapse_after_s=3_600)
    desk.at(START + timedelta(seconds=60))
    assert (await desk.account(member)) == {
        "available": 90,
        "held": 20,
        "pending": 0,
        "deficit": 0,
    }
    assert await desk.stage.run_job("lapse_holds") >= 1
    assert await desk.stage.run_job("lapse_holds") == 0
    assert await desk.stage.rows(
        "SELECT 1 FROM hold WHERE state = 'lapsed' AND hold_id = :h", h=over
    )
    assert (await desk.account(member))["held"] == 20
    assert await desk.books_balance()
    desk.at(START + timedelta(seconds=3_600))
    await desk.stage.run_job("lapse_holds")


async def test_P11_expiry_killed_in_the_middle_and_run_twice_ends_the_same(desk: Desk):
    members = [await member_with(desk, "100.00", "20.00") for _ in range(3)]
    desk.at(START + END)
    for member in members:
        assert await desk.available(member) == 0
    try:
        async with desk.stage.begin("job:expire_lots") as tx:
            assert await expire_lots(tx, 500)
            raise Conflict("killed")
    except Conflict:
        pass
    assert await desk.books_balance()
    rows = "SELECT 1 FROM posting WHERE kind = 'expiry' AND member_id = ANY(:m)"
    assert await desk.stage.rows(rows, m=members) == []
    both = await asyncio.gather(
        desk.stage.run_job("expire_lots"), desk.stage.run_job("expire_lots")
    )
    assert sum(both) >= 3
    assert len(await desk.stage.rows(rows, m=members)) == 6
    assert await desk.stage.run_job("expire_lots") == 0
    assert await desk.books_balance()


async def test_P11_the_sweep_plans_what_ends_next(desk: Desk):
    member = await member_with(desk, "100.00")
    desk.at(START + timedelta(days=300))
    await desk.stage.deliver(of(member, purchase(f"{member}-2027", START + 300 * DAY, "10.00")))
    desk.at(START + END)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 11
    desk.at(START + END + 365 * DAY)
    await desk.stage.run_job("expire_lots")
    assert await desk.available(member) == 0
    assert (await desk.kinds(member))["expiry"] == 2
    assert await desk.books_balance()


async def test_a_job_leaves_an_account_that_somebody_has_in_hand_for_the_next_round(desk: Desk):
    member = await member_with(desk, "100.00")
    await desk.hold(member, 10, lapse_after_s=1)
    desk.at(START + 2 * DAY)
    async with desk.stage.begin() as tx:
        await tx.execute("lock", "SELECT 1 FROM account WHERE member_id = :m FOR UPDATE", m=member)
        async with desk.stage.begin("job:lapse_holds") as other:
            assert await lapse_holds(other, 500) == 0
    assert await desk.stage.run_job("lapse_holds") == 1


async def test_P14_many_facts_and_burns_at_once_leave_balanced_books(desk: Desk):
    members = [await member_with(desk, "100.00") for _ in range(5)]

    async def accrue(n: int) -> None:
        batch = [of(m, purchase(f"{m}-x{n}", START - DAY, "10.00")) for m in members]
        for _ in range(50):
            try:
                return await desk.stage.deliver(*batch)
            except Conflict:
                await asyncio.sleep(0)
        raise AssertionError("a batch never got through")

    burns = [desk.burn(member, 7) for member in members for _ in range(6)]
    answers = await asyncio.gather(*(accrue(n) for n in range(4)), *burns)
    burned = Counter(a.request.url.path for a in answers if a and a.status_code == 201)
    for member in members:
        left = 110 + 4 * 11 - 7 * burned[f"/v1/points/{member}/burns"]
        assert await desk.available(member) == left
    assert await desk.books_balance()
