"""Redemption over a network that loses requests and answers, and in processes that die (B4,
I5–I7).
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chassis import failpoints
from tests.e2e.beside_points import PER_CALL, mended
from tests.e2e.redeeming import Shops, books
from tests.happenings import Must, happened

STEPS = ("after_decision", "before_hold", "after_hold", "before_capture", "after_capture")
ENDS = ("before_fulfil", "after_fulfil")
BACK = ("before_turn_back", "after_turn_back", "before_release", "after_release")
REFUSED = ("before_refuse", "after_refuse")
CANCEL = ("before_cancel_burn", "after_cancel_burn", "before_cancel", "after_cancel")


@pytest.fixture
def shops(opened_shops: Shops) -> Iterator[Shops]:
    with mended(opened_shops.wire):
        yield opened_shops


def name_of(how: tuple[str, ...]) -> str:
    return "-".join(how)


@pytest.mark.parametrize("times", [1, PER_CALL], ids=["once", "the whole call"])
@pytest.mark.parametrize("how", ["before", "after", "late"])
@pytest.mark.parametrize("verb", ["hold", "capture"])
async def test_B4_a_lost_call_is_unknown_never_no(
    shops: Shops, verb: str, how: str, times: int
) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    shops.wire.spoil(verb, how, times)
    answer = await shops.redeem(member, tote)
    assert answer.status_code in (201, 202), answer.text
    await shops.recover()
    await shops.wire.deliver_late()
    again = await shops.redeem(member, tote)
    assert (again.status_code, again.json()["state"]) == (201, "fulfilled")
    assert await shops.account(member) == (0, 0)
    assert await books(shops) == []


@pytest.mark.parametrize("how", ["before", "after"])
async def test_B4_when_nothing_is_answered_at_all_it_is_pending(shops: Shops, how: str) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    shops.wire.spoil("hold", how, 50)
    shops.wire.spoil("ask", how, 50)
    answer = await shops.redeem(member, tote)
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    assert (await shops.redeem(member, tote)).status_code == 202
    await shops.recover()
    assert await shops.state(answer.json()["redemption_id"]) == "pending"
    shops.wire.mend()
    await shops.recover()
    assert (await shops.redeem(member, tote)).status_code == 201
    assert await books(shops) == []


async def test_B4_a_redemption_that_fails_ends_no_other(shops: Shops) -> None:
    members, tote = [await shops.member(500) for _ in range(3)], await shops.reward(stock=3)
    shops.wire.spoil("hold", "before", 50)
    shops.wire.spoil("ask", "before", 50)
    for member in members:
        assert (await shops.redeem(member, tote)).status_code == 202
    shops.wire.mend()
    failpoints.arm("saga.before_hold=error")
    with pytest.raises(failpoints.FailpointError):
        await shops.recover()
    answers = [await shops.redeem(member, tote) for member in members]
    assert sorted(answer.status_code for answer in answers) == [201, 201, 202]
    await shops.recover()
    assert {(await shops.redeem(member, tote)).status_code for member in members} == {201}
    assert await books(shops) == []


async def test_B4_a_hold_that_stays_unseen_is_buried_before_the_stock_goes_back(
    shops: Shops,
) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    shops.wire.spoil("hold", "late", 50)
    answer = await shops.redeem(member, tote)
    assert answer.status_code == 202
    shops.wire.spoil("ask", "well", 1)
    shops.wire.spoil("ask", "before")
    shops.wire.spoil("release", "before")
    await shops.recover(is_late=True)
    assert await shops.state(answer.json()["redemption_id"]) == "pending"
    await shops.recover()
    again = await shops.redeem(member, tote)
    assert (again.status_code, again.json()["code"]) == (409, "redemption_timed_out")
    late = await shops.wire.deliver_late()
    assert {response.status_code for response in late} == {409}
    happened(Must.LATE_HOLD, len(late))
    assert await shops.account(member) == (500, 0)
    assert await books(shops) == []


async def test_I6_a_hold_that_lapsed_before_its_capture_is_refused(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    shops.wire.spoil("capture", "late", 50)
    shops.wire.spoil("ask", "before", 50)
    assert (await shops.redeem(member, tote)).status_code == 202
    shops.pass_time(timedelta(minutes=16))
    shops.wire.mend()
    await shops.recover()
    again = await shops.redeem(member, tote)
    assert (again.status_code, again.json()["code"]) == (409, "hold_not_open")
    assert again.json()["state"] == "lapsed"
    happened(Must.LAPSED)
    assert {late.status_code for late in await shops.wire.deliver_late()} == {409}
    await shops.points.run_job("lapse_holds")
    assert await shops.account(member) == (500, 0)
    assert await books(shops) == []


async def test_B4_captured_while_we_went_back_goes_forward(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    shops.wire.spoil("capture", "late", 50)
    shops.wire.spoil("ask", "before", 50)
    answer = await shops.redeem(member, tote)
    async with shops.benefit.begin() as tx:
        why = """{"code": "redemption_timed_out", "numbers": {}}"""
        await tx.execute(
            "turn_back",
            "UPDATE redemption SET state = 'refusing', why = CAST(:why AS jsonb)"
            " WHERE redemption_id = :id",
            why=why,
            id=answer.json()["redemption_id"],
        )
    await shops.wire.deliver_late()
    shops.wire.mend()
    await shops.recover()
    assert (await shops.redeem(member, tote)).json()["state"] == "fulfilled"
    assert await books(shops) == []


@pytest.mark.parametrize("how", ["before", "after", "late"])
async def test_a_lost_release_keeps_the_stock_until_it_is_known(shops: Shops, how: str) -> None:
    member, tote = await shops.member(100), await shops.reward(stock=1)
    shops.wire.spoil("release", how)
    shops.wire.spoil("ask", "before")
    assert (await shops.redeem(member, tote)).status_code == 202
    (stock,) = await shops.benefit.rows("SELECT * FROM reward_stock WHERE reward_id = :r", r=tote)
    assert stock.remaining == 0
    await shops.recover()
    await shops.wire.deliver_late()
    again = await shops.redeem(member, tote)
    assert (again.status_code, again.json()["code"]) == (409, "points_insufficient")
    assert await books(shops) == []


@pytest.mark.parametrize("point", [*STEPS, *ENDS])
async def test_I5_whoever_dies_going_forward_is_followed(shops: Shops, point: str) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    failpoints.arm(f"saga.{point}=error")
    assert (await shops.redeem(member, tote)).status_code == 500
    failpoints.arm("saga.after_claim=error")
    with pytest.raises(failpoints.FailpointError):
        await shops.recover()
    failpoints.arm("")
    await asyncio.gather(shops.recover(), shops.redeem(member, tote), shops.recover())
    assert (await shops.redeem(member, tote)).json()["state"] == "fulfilled"
    assert await shops.account(member) == (0, 0)
    assert await books(shops) == []


@pytest.mark.parametrize("point", [*BACK, *REFUSED])
async def test_I5_whoever_dies_going_back_is_followed(shops: Shops, point: str) -> None:
    member, tote = await shops.member(100), await shops.reward(stock=1)
    failpoints.arm(f"saga.{point}=error")
    assert (await shops.redeem(member, tote)).status_code == 500
    failpoints.arm("")
    await asyncio.gather(shops.recover(), shops.redeem(member, tote), shops.recover())
    assert (await shops.redeem(member, tote)).json()["code"] == "points_insufficient"
    assert await shops.account(member) == (100, 0)
    assert await books(shops) == []


@pytest.mark.parametrize("point", CANCEL)
async def test_whoever_dies_cancelling_is_followed(shops: Shops, point: str) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    made = (await shops.redeem(member, tote)).json()
    failpoints.arm(f"saga.{point}=error")
    assert (await shops.cancel(made["redemption_id"])).status_code == 500
    assert (await shops.use(made["voucher"]["code"])).status_code == 409
    failpoints.arm("")
    await asyncio.gather(shops.recover(), shops.recover())
    assert (await shops.cancel(made["redemption_id"])).json()["state"] == "cancelled"
    assert await shops.account(member) == (500, 0)
    assert await books(shops) == []


@pytest.mark.parametrize("how", ["before", "after", "late"])
async def test_a_cancel_whose_answer_is_lost_goes_forward(shops: Shops, how: str) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    made = (await shops.redeem(member, tote)).json()
    shops.wire.spoil("cancel", how)
    answer = await shops.cancel(made["redemption_id"])
    assert (answer.status_code, answer.json()["state"]) == (202, "cancelling")
    assert answer.headers["Location"] == f"/v1/redemptions/{made['redemption_id']}"
    await shops.recover()
    await shops.wire.deliver_late()
    assert (await shops.cancel(made["redemption_id"])).json()["state"] == "cancelled"
    assert await shops.account(member) == (500, 0)
    assert await books(shops) == []


async def test_I5_many_at_once_over_a_bad_network_all_end_well(shops: Shops) -> None:
    tote = await shops.reward(stock=20)
    members = [await shops.member(500 * (n % 2) + 100) for n in range(40)]
    for n, verb in enumerate(["hold", "capture", "ask", "release"] * 10):
        shops.wire.spoil(verb, ("before", "after", "late")[n % 3], 2)
    await asyncio.gather(*(shops.redeem(member, tote) for member in members))
    for _ in range(5):
        await shops.recover()
        await shops.wire.deliver_late()
    shops.wire.mend()
    await shops.recover()
    answers = await asyncio.gather(*(shops.redeem(member, tote) for member in members))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sum(answer.status_code == 201 for answer in answers) > 0
    assert await books(shops) == []
