"""A void undoes a purchase at its own instant, once."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.purchases import PurchaseReturned
from member_svc.domain.refusals import FactNotFound, ReturnExceedsPurchase


async def returned(desk, member_id):
    """The returns that were told of a member."""
    return [one for one in await desk.told(member_id) if isinstance(one, PurchaseReturned)]


async def test_T4_a_void_brings_everything_back_at_the_purchases_own_instant(desk, clerk, now):
    member_id = await desk.member()
    bought, answer = await desk.buy(member_id, quantities=(2, 1))
    voided = await clerk.void(bought)
    (told,) = await returned(desk, member_id)
    assert voided.status == "accepted"
    assert (told.occurred_at, told.recorded_at) == (bought.occurred_at, now)
    assert (told.source_ref, told.purchase_fact_id) == (bought.source_ref, answer.fact_id)
    assert {line.line_id: line.quantity for line in told.lines} == {"1": 2, "2": 1}


async def test_E1_a_purchase_is_voided_once_and_answered_alike(desk, clerk, won):
    for _ in range(5):
        member_id = await desk.member()
        bought, _ = await desk.buy(member_id)
        first, *others = await asyncio.gather(
            *(won(lambda b=bought: clerk.void(b)) for _ in range(3))
        )
        again = await clerk.void(bought)
        assert {one.fact_id for one in others} == {first.fact_id} == {again.fact_id}
        assert sum(one.is_replayed for one in (first, *others, again)) == 3
        assert len(await returned(desk, member_id)) == 1


async def test_P7_a_void_after_returns_takes_what_is_left(desk, clerk):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, quantities=(3,))
    await desk.bring(desk.back(bought, {"1": 2}))
    await clerk.void(bought)
    units = [line.quantity for event in await returned(desk, member_id) for line in event.lines]
    assert units == [2, 1]


async def test_P7_nothing_comes_back_of_what_was_voided(desk, clerk):
    bought, _ = await desk.buy(await desk.member())
    await clerk.void(bought)
    (units,) = await desk.bring(desk.back(bought, {"1": 1}))
    (money,) = await desk.bring(desk.back(bought, refunds={"1": 1}))
    (rest,) = await desk.bring(desk.back(bought))
    assert all(isinstance(one, ReturnExceedsPurchase) for one in (units, money, rest))


async def test_P7_what_came_back_whole_cannot_be_voided(desk, clerk):
    bought, _ = await desk.buy(await desk.member())
    await desk.bring(desk.back(bought))
    with pytest.raises(ReturnExceedsPurchase):
        await clerk.void(bought)


async def test_an_unknown_purchase_cannot_be_voided_and_leaves_nothing(desk, clerk):
    bought = desk.purchase(await desk.member())
    before = await desk.stage.counts()
    with pytest.raises(FactNotFound):
        await clerk.void(bought)
    assert await desk.stage.counts() == before
    await desk.bring(desk.back(bought))
    with pytest.raises(FactNotFound):
        await clerk.void(bought)


async def test_a_void_and_a_return_of_the_same_name_are_two_facts(desk, clerk):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, quantities=(2,))
    (back,) = await desk.bring(desk.back(bought, {"1": 1}, ref=bought.source_ref))
    voided = await clerk.void(bought)
    assert back.fact_id != voided.fact_id
    assert len(await returned(desk, member_id)) == 2


async def test_M5_a_void_of_an_unclaimed_purchase_is_told_at_the_claim(desk, clerk):
    card = desk.card()
    bought, _ = await desk.buy(card)
    assert (await clerk.void(bought)).status == "unclaimed"
    member_id = await desk.member(card)
    assert len(await returned(desk, member_id)) == 1


async def test_P7_a_void_and_a_return_at_once_take_each_unit_once(desk, clerk, won):
    for _ in range(10):
        member_id = await desk.member()
        bought, _ = await desk.buy(member_id, quantities=(2,))
        back = desk.back(bought, {"1": 1})
        await asyncio.gather(won(lambda b=bought: clerk.void(b)), won(lambda b=back: desk.bring(b)))
        told = await returned(desk, member_id)
        assert sum(line.quantity for event in told for line in event.lines) == 2


async def test_E3_a_void_of_long_ago_is_looked_at(desk, clerk, now):
    bought, _ = await desk.buy(await desk.member(), at=now - timedelta(days=400))
    desk.stage.at(now + timedelta(seconds=1))
    late = await clerk.void(bought)
    desk.stage.at(now)
    assert late.status == "review"
