"""Stock is never oversold nor stranded, limits per member hold, an end is written once (B3, I7)."""

import asyncio
from collections import Counter

import pytest

from benefit_svc.domain.redemptions import Asked, Why, redemption_id_of
from benefit_svc.domain.refusals import (
    CostOutOfRange,
    OutOfStock,
    RewardLimitReached,
    RewardNotFound,
    StockIsLoaded,
)
from benefit_svc.domain.rewards import MemberLimit, Price
from benefit_svc.handlers.claim_redemptions import claim_redemptions
from benefit_svc.handlers.decide_redemption import DecideRedemption, decide_redemption
from benefit_svc.handlers.fulfil_redemption import fulfil_redemption
from benefit_svc.handlers.load_stock import load_stock
from benefit_svc.handlers.publish_reward import PublishReward, publish_reward
from benefit_svc.handlers.refuse_redemption import refuse_redemption
from contracts.events.benefits import RedemptionFulfilled, RedemptionRefused, VoucherIssued
from contracts.ids import RewardId

LAPSE_LEASE = "UPDATE redemption SET next_attempt_at = '2000-01-01' WHERE member_id = :member_id"
WHY = Why("points_insufficient", {"asked": 500, "available": 0})


def ask(member, reward_id, key, quantity=1):
    return DecideRedemption(
        redemption_id_of("till", key), member, reward_id, quantity, Asked("till", key)
    )


async def decide(stage, member, reward_id, key, quantity=1):
    async with stage.begin() as tx:
        return await decide_redemption(tx, ask(member, reward_id, key, quantity))


async def end(stage, redemption, why=None):
    async with stage.begin() as tx:
        if why:
            return await refuse_redemption(tx, redemption, why)
        return await fulfil_redemption(tx, redemption)


async def stock(stage, reward_id):
    (row,) = await stage.rows("SELECT * FROM reward_stock WHERE reward_id = :r", r=reward_id)
    return row.loaded, row.remaining


async def test_I7_a_hundred_takers_of_the_last_ten(shop, reward, member):
    tote = await reward(stock=10)
    takers = [decide(shop, f"{member}-{n}", tote, f"{tote}-{n:03}") for n in range(100)]
    answers = await asyncio.gather(*takers, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, OutOfStock)]
    assert len(refused) == 90
    assert refused[0].numbers == {"asked": 1}
    assert await stock(shop, tote) == (10, 0)
    rows = await shop.rows("SELECT sum(quantity) AS n FROM redemption WHERE reward_id = :r", r=tote)
    assert rows[0].n == 10


async def test_I7_whoever_is_refused_gives_back_what_they_took_once(shop, reward, member):
    tote = await reward(stock=3)
    taken = await decide(shop, member, tote, f"{tote}-key", quantity=3)
    assert await stock(shop, tote) == (3, 0)
    ends = await asyncio.gather(*(end(shop, taken, WHY) for _ in range(5)))
    assert [one.state for one in ends if one] == ["refused"]
    assert await stock(shop, tote) == (3, 3)
    said = [e for e in await shop.said() if isinstance(e, RedemptionRefused)]
    assert [e.code for e in said if e.member_id == member] == [WHY.code]


async def test_I5_only_one_end_is_written_whoever_comes_second(shop, reward, member):
    tote = await reward(stock=1)
    taken = await decide(shop, member, tote, f"{tote}-key")
    ends = await asyncio.gather(
        *(end(shop, taken) for _ in range(4)), *(end(shop, taken, WHY) for _ in range(4))
    )
    (ended,) = [one for one in ends if one]
    issued = [
        e for e in await shop.said() if isinstance(e, VoucherIssued) and e.member_id == member
    ]
    assert len(issued) == (ended.state == "fulfilled")
    assert await stock(shop, tote) == (1, 0 if ended.state == "fulfilled" else 1)


async def test_a_fulfilled_redemption_says_so_with_its_voucher(shop, reward, member):
    tote = await reward(points=120)
    taken = await decide(shop, member, tote, f"{tote}-key", quantity=2)
    assert taken.points == 240
    await end(shop, taken)
    said = [e for e in await shop.said() if e.member_id == member]
    assert [type(e) for e in said] == [VoucherIssued, RedemptionFulfilled]
    assert (said[1].points, said[1].voucher_id) == (240, said[0].voucher_id)


@pytest.mark.parametrize("per", ["calendar_year", "calendar_month", "ever"])
async def test_B3_a_member_s_limit_holds_at_any_concurrency(shop, reward, member, per):
    tasting = await reward(member_limit=MemberLimit(2, per))
    answers = await asyncio.gather(
        *(decide(shop, member, tasting, f"{tasting}-{n}") for n in range(8)),
        return_exceptions=True,
    )
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"Redemption": 2, "RewardLimitReached": 6}
    (refused, *_) = [answer for answer in answers if isinstance(answer, RewardLimitReached)]
    assert refused.numbers == {"limit": 2, "taken": 2, "asked": 1}


async def test_a_limit_counts_its_period_and_what_was_not_refused(shop, reward, member, local):
    tasting = await reward(member_limit=MemberLimit(1, "calendar_year"))
    shop.at(local(12, 31, 23))
    first = await decide(shop, member, tasting, f"{tasting}-1")
    await end(shop, first, WHY)
    await decide(shop, member, tasting, f"{tasting}-2")
    with pytest.raises(RewardLimitReached):
        await decide(shop, member, tasting, f"{tasting}-3")
    shop.at(local(12, 31, 23).replace(hour=16))
    assert await decide(shop, member, tasting, f"{tasting}-4")
    shop.at(local(4, 1))


async def test_stock_is_loaded_further_and_never_restated(shop, reward, member):
    tote = await reward(stock=1)
    await decide(shop, member, tote, f"{tote}-key")
    async with shop.begin() as tx:
        assert (await load_stock(tx, tote, 4)).loaded == 5
    assert await stock(shop, tote) == (5, 4)
    with pytest.raises(StockIsLoaded):
        async with shop.begin() as tx:
            await publish_reward(tx, PublishReward(tote, Price("A reward", 500, 7), None))


async def test_a_decision_that_is_refused_leaves_nothing(shop, reward, member):
    tote = await reward(points=1_000_000_000, stock=5)
    before = await shop.counts()
    with pytest.raises(CostOutOfRange):
        await decide(shop, member, tote, f"{tote}-key", quantity=2)
    with pytest.raises(RewardNotFound):
        await decide(shop, member, RewardId("nothing"), "nothing-key")
    assert await shop.counts() == before
    assert await stock(shop, tote) == (5, 5)


async def test_what_nobody_has_in_hand_is_taken_up_by_one_alone(shop, reward, member):
    tote = await reward()
    taken = await decide(shop, member, tote, f"{tote}-key")

    async def claim():
        async with shop.begin() as tx:
            claimed = await claim_redemptions(tx, 100)
        return [one.redemption_id for one in claimed if one.member_id == member]

    assert await claim() == []
    async with shop.begin() as tx:
        await tx.execute(
            "lapse_lease",
            "UPDATE redemption SET next_attempt_at = '2000-01-01' WHERE member_id = :m",
            m=member,
        )
    claims = await asyncio.gather(*(claim() for _ in range(4)))
    assert sorted(len(each) for each in claims) == [0, 0, 0, 1]
    assert await claim() == []
    assert taken.redemption_id in {one for each in claims for one in each}
