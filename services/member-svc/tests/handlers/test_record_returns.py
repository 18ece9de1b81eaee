"""Returns come in: which units they take is decided once, in recorded order."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.purchases import PurchaseReturned
from member_svc.domain.refusals import FactConflict, OccurredInFuture, ReturnExceedsPurchase


def units(event):
    """The units of an event, by line."""
    return {line.line_id: line.quantity for line in event.lines}


async def returned(desk, member_id):
    """The returns that were told of a member."""
    return [one for one in await desk.told(member_id) if isinstance(one, PurchaseReturned)]


async def test_P7_a_return_takes_the_named_units_and_then_what_is_left(desk):
    member_id = await desk.member()
    bought, answer = await desk.buy(member_id, quantities=(3, 2))
    (first,) = await desk.bring(desk.back(bought, {"1": 2}))
    (rest,) = await desk.bring(desk.back(bought))
    assert (first.status, rest.status) == ("accepted", "accepted")
    told = await returned(desk, member_id)
    assert [units(event) for event in told] == [{"1": 2}, {"1": 1, "2": 2}]
    assert {event.purchase_fact_id for event in told} == {answer.fact_id}


async def test_P7_more_than_was_bought_is_refused_and_leaves_nothing(desk):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, quantities=(2,))
    await desk.bring(desk.back(bought, {"1": 1}))
    asked = desk.back(bought, {"1": 2})
    (refused,) = await desk.bring(asked)
    assert isinstance(refused, ReturnExceedsPurchase)
    assert refused.numbers == {"asked": 2, "left": 1}
    assert await desk.stands(asked) == "absent"
    assert len(await returned(desk, member_id)) == 1


async def test_P7_nothing_left_cannot_come_back(desk):
    bought, _ = await desk.buy(await desk.member())
    await desk.bring(desk.back(bought))
    (refused,) = await desk.bring(desk.back(bought))
    assert isinstance(refused, ReturnExceedsPurchase)


async def test_P7_a_line_that_was_not_bought_cannot_come_back(desk):
    bought, _ = await desk.buy(await desk.member())
    (refused,) = await desk.bring(desk.back(bought, {"9": 1}))
    assert refused.numbers == {"asked": 1, "left": 0}


async def test_E1_the_same_return_twice_takes_its_units_once(desk):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, quantities=(5,))
    asked = desk.back(bought, {"1": 2})
    (first,) = await desk.bring(asked)
    (again,) = await desk.bring(asked)
    assert again.is_replayed
    assert again.fact_id == first.fact_id
    (conflict,) = await desk.bring(desk.back(bought, {"1": 3}, ref=asked.source_ref))
    assert isinstance(conflict, FactConflict)
    assert len(await returned(desk, member_id)) == 1


async def test_P7_within_a_batch_units_are_decided_line_by_line(desk):
    bought, _ = await desk.buy(await desk.member(), quantities=(3,))
    answers = await desk.bring(
        desk.back(bought, {"1": 2}), desk.back(bought, {"1": 2}), desk.back(bought, {"1": 1})
    )
    assert [type(one).__name__ for one in answers] == ["Answer", "ReturnExceedsPurchase", "Answer"]


async def test_P7_a_return_before_its_purchase_waits_and_is_decided_when_it_comes(desk, now):
    member_id = await desk.member()
    bought = desk.purchase(member_id, quantities=(2,))
    early, late = desk.back(bought, {"1": 1}), desk.back(bought, {"1": 2})
    (waiting,) = await desk.bring(early)
    desk.stage.at(now + timedelta(seconds=1))
    await desk.bring(late)
    desk.stage.at(now)
    assert waiting.status == "waiting"
    assert await returned(desk, member_id) == []
    (answer,) = await desk.tell(bought)
    assert answer.status == "accepted"
    assert [await desk.stands(one) for one in (early, late)] == ["accepted", "review"]
    assert [units(event) for event in await returned(desk, member_id)] == [{"1": 1}]
    (again,) = await desk.bring(early)
    assert again.status == "waiting"


async def test_P7_a_return_may_lie_before_its_purchase(desk, now):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, at=now - timedelta(hours=1))
    (answer,) = await desk.bring(desk.back(bought, at=now - timedelta(hours=2)))
    assert answer.status == "accepted"
    (event,) = await returned(desk, member_id)
    assert event.occurred_at < event.purchase_occurred_at


async def test_T4_a_return_of_long_ago_is_looked_at(desk, now):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, at=now - timedelta(days=400))
    (last_day,) = await desk.bring(desk.back(bought, {"1": 1}, at=now))
    assert last_day.status == "accepted"
    other, _ = await desk.buy(member_id, at=now - timedelta(days=400))
    (beyond,) = await desk.bring(desk.back(other, at=now + timedelta(seconds=1)))
    assert beyond.status == "review"
    (future,) = await desk.bring(desk.back(other, at=now + timedelta(minutes=6)))
    assert isinstance(future, OccurredInFuture)


async def test_P7_two_returns_of_the_last_unit_at_once_take_it_once(desk):
    for _ in range(10):
        bought, _ = await desk.buy(await desk.member())
        answers = await asyncio.gather(*(desk.bring(desk.back(bought, {"1": 1})) for _ in range(3)))
        kinds = sorted(type(one).__name__ for (one,) in answers)
        assert kinds == ["Answer", "ReturnExceedsPurchase", "ReturnExceedsPurchase"]


@pytest.mark.parametrize("is_first", [True, False], ids=["return starts", "purchase starts"])
async def test_P7_a_return_and_its_purchase_never_miss_each_other(desk, won, is_first):
    for _ in range(15):
        member_id = await desk.member()
        bought = desk.purchase(member_id, quantities=(2,))
        back = desk.back(bought, {"1": 1})
        doors = [lambda b=back: desk.bring(b), lambda p=bought: desk.tell(p)]
        await asyncio.gather(*(won(door) for door in (doors if is_first else doors[::-1])))
        assert await desk.stands(back) == "accepted"
        assert len(await returned(desk, member_id)) == 1


@pytest.mark.parametrize("is_first", [True, False], ids=["claim starts", "return starts"])
async def test_M5_a_return_and_the_claim_of_its_purchase_never_miss_each_other(desk, won, is_first):
    for _ in range(15):
        card = desk.card()
        bought, _ = await desk.buy(card)
        back = desk.back(bought)
        doors = [lambda c=card: desk.enroll(c), lambda b=back: desk.bring(b)]
        await asyncio.gather(*(won(door) for door in (doors if is_first else doors[::-1])))
        member_id = await desk.member(card)
        assert await desk.stands(back) == "accepted"
        assert len(await returned(desk, member_id)) == 1


async def test_P7_a_purchase_that_comes_while_its_return_is_being_kept_decides_it(desk):
    member_id = await desk.member()
    bought = desk.purchase(member_id)
    back = desk.back(bought)
    await desk.overtaken(lambda tx: desk.bring_in(tx, back), lambda: desk.tell(bought))
    assert await desk.stands(back) == "accepted"
    assert len(await returned(desk, member_id)) == 1


async def test_P7_a_return_that_comes_while_its_purchase_is_being_kept_is_decided(desk):
    member_id = await desk.member()
    bought = desk.purchase(member_id)
    back = desk.back(bought)
    await desk.overtaken(lambda tx: desk.tell_in(tx, bought), lambda: desk.bring(back))
    assert await desk.stands(back) == "accepted"
    assert len(await returned(desk, member_id)) == 1


async def test_M5_a_return_that_comes_while_its_purchase_is_claimed_counts(desk):
    card = desk.card()
    bought, _ = await desk.buy(card)
    back = desk.back(bought)
    (shown, _), _ = await desk.overtaken(
        lambda tx: desk.enroll_in(tx, card), lambda: desk.bring(back)
    )
    assert len(await returned(desk, shown.member.member_id)) == 1


async def test_M5_a_claim_that_comes_while_a_return_is_being_kept_tells_it(desk):
    card = desk.card()
    bought, _ = await desk.buy(card)
    back = desk.back(bought)
    _, (shown, _) = await desk.overtaken(
        lambda tx: desk.bring_in(tx, back), lambda: desk.enroll(card)
    )
    assert len(await returned(desk, shown.member.member_id)) == 1
