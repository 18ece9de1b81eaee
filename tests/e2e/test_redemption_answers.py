"""Redemption between two real services: what a till is told (B3, B4, B5, I5, I7)."""

import asyncio
from collections import Counter

import pytest

from contracts.events.benefits import RedemptionCancelled, VoucherVoided
from tests.e2e.beside_points import somebody
from tests.e2e.redeeming import Shops, books


@pytest.fixture
def shops(opened_shops: Shops) -> Shops:
    return opened_shops


async def test_B4_fulfilled_with_a_voucher_that_works_once(shops: Shops) -> None:
    member, tote = await shops.member(694), await shops.reward()
    answer = await shops.redeem(member, tote)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["points"]) == ("fulfilled", 500)
    assert await shops.account(member) == (194, 0)
    assert (await shops.use(told["voucher"]["code"])).json()["state"] == "used"
    async with shops.benefit.client() as till:
        spent = {"code": told["voucher"]["code"], "store_id": "s2"}
        assert (await till.post("/v1/vouchers/check", json=spent)).status_code == 409
    assert await books(shops) == []


async def test_I14_the_same_key_gets_the_first_answer_with_the_code_again(shops: Shops) -> None:
    member, tote = await shops.member(1_000), await shops.reward()
    first, again = [await shops.redeem(member, tote) for _ in range(2)]
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await shops.account(member) == (500, 0)
    code = first.json()["voucher"]["code"]
    stored = await shops.benefit.rows("SELECT * FROM idempotency")
    assert any(row.body for row in stored)
    assert not [row for row in stored if row.body and code.encode() in row.body]


async def test_the_channel_that_redeemed_sees_the_code_and_staff_does_not(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward()
    made = (await shops.redeem(member, tote)).json()
    path = f"/v1/redemptions/{made['redemption_id']}"
    async with shops.benefit.client() as till:
        assert (await till.get(path)).json() == made
    async with shops.benefit.client("benefit:read", "voucher:void", source="staff") as staff:
        assert (await staff.get(path)).json()["voucher"]["code"] is None


async def test_B4_not_enough_points_is_refused_with_the_numbers(shops: Shops) -> None:
    member, tote = await shops.member(494), await shops.reward(stock=1)
    answer = await shops.redeem(member, tote)
    assert answer.status_code == 409
    told = answer.json()
    assert (told["code"], told["asked"], told["available"]) == ("points_insufficient", 500, 494)
    again = await shops.redeem(member, tote)
    assert (again.status_code, again.json()) == (409, told)
    assert await shops.account(member) == (494, 0)
    assert await books(shops) == []


async def test_a_refused_redemption_says_why_for_ever(shops: Shops) -> None:
    member, tote = await shops.member(0), await shops.reward()
    await shops.redeem(member, tote)
    rows = await shops.benefit.rows("SELECT * FROM redemption WHERE member_id = :m", m=member)
    async with shops.benefit.client() as till:
        seen = (await till.get(f"/v1/redemptions/{rows[0].redemption_id}")).json()
    assert seen["state"] == "refused"
    assert seen["refusal"] == {
        "code": "points_insufficient",
        "numbers": {"asked": 500, "available": 0},
    }


async def test_B4_a_member_whom_points_svc_has_not_heard_of_yet_is_pending(shops: Shops) -> None:
    member, tote = somebody(), await shops.reward(stock=1)
    answer = await shops.redeem(member, tote)
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    await shops.enrol(member, 500)
    await shops.recover()
    again = await shops.redeem(member, tote)
    assert (again.status_code, again.json()["state"]) == (201, "fulfilled")
    assert await shops.account(member) == (0, 0)
    assert await books(shops) == []


@pytest.mark.parametrize(
    ("waited", "status", "code"),
    [("is_tired", 404, "member_not_found"), ("is_late", 409, "redemption_timed_out")],
)
async def test_B4_a_member_whom_points_svc_never_hears_of_is_turned_back(
    shops: Shops, waited: str, status: int, code: str
) -> None:
    member, tote = somebody(), await shops.reward(stock=1)
    assert (await shops.redeem(member, tote)).status_code == 202
    await shops.recover()
    assert (await shops.redeem(member, tote)).status_code == 202
    await shops.recover(**{waited: True})
    again = await shops.redeem(member, tote)
    assert (again.status_code, again.json()["code"]) == (status, code)
    assert await books(shops) == []


async def test_M9_who_is_suspended_redeems_nothing_and_is_told_so(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    await shops.suspend(member)
    answer = await shops.redeem(member, tote)
    assert (answer.status_code, answer.json()["code"]) == (409, "member_suspended")
    assert await shops.account(member) == (500, 0)
    assert await books(shops) == []


async def test_I7_a_hundred_tills_and_the_last_ten(shops: Shops) -> None:
    tote = await shops.reward(stock=10)
    members = [await shops.member(500) for _ in range(100)]
    answers = await asyncio.gather(*(shops.redeem(member, tote) for member in members))
    await shops.recover()
    answers = await asyncio.gather(*(shops.redeem(member, tote) for member in members))
    told = Counter(answer.json().get("code") or answer.json()["state"] for answer in answers)
    assert told == {"fulfilled": 10, "out_of_stock": 90}
    assert await books(shops) == []


async def test_two_tills_cannot_burn_the_same_points(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward()
    answers = await asyncio.gather(
        *(shops.redeem(member, tote, key=f"till-{n}-{member}") for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert await shops.account(member) == (0, 0)
    assert await books(shops) == []


async def test_a_cancelled_redemption_gives_points_and_stock_back(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    made = (await shops.redeem(member, tote)).json()
    first, again = [await shops.cancel(made["redemption_id"]) for _ in range(2)]
    assert (first.status_code, first.json()["state"]) == (200, "cancelled")
    assert (again.status_code, again.json()) == (200, first.json())
    assert await shops.account(member) == (500, 0)
    assert (await shops.use(made["voucher"]["code"])).json()["code"] == "voucher_not_usable"
    assert (await shops.redeem(member, tote)).json() == made, "the first answer stays"
    other = await shops.redeem(member, tote, key=f"again-{member}")
    assert other.status_code == 201, "the unit is there again"
    assert await books(shops) == []


async def test_why_it_was_cancelled_is_kept_and_said_to_nobody(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward(stock=1)
    made = (await shops.redeem(member, tote)).json()
    long = await shops.cancel(made["redemption_id"], "x" * 201)
    assert (long.status_code, long.json()["code"]) == (422, "invalid")
    words = "买错了, the customer chose the blue one"
    assert (await shops.cancel(made["redemption_id"], words)).json()["state"] == "cancelled"
    kept = await shops.benefit.rows("SELECT * FROM redemption WHERE member_id = :m", m=member)
    assert [row.cancelled_because for row in kept] == [words]
    said = [event for event in await shops.benefit.said() if event.member_id == member]
    ended = [event for event in said if isinstance(event, VoucherVoided | RedemptionCancelled)]
    assert [event.reason for event in ended] == ["redemption_cancelled", "asked"]
    assert words not in repr(said)


async def test_a_used_voucher_keeps_its_redemption(shops: Shops) -> None:
    member, tote = await shops.member(500), await shops.reward()
    made = (await shops.redeem(member, tote)).json()
    await shops.use(made["voucher"]["code"])
    answer = await shops.cancel(made["redemption_id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "redemption_not_cancellable")
    assert answer.json()["state"] == "voucher_used"
    assert await shops.account(member) == (0, 0)
