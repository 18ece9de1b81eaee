"""Money comes back for units that are kept: decided exactly, once, under the purchase's lock."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.purchases import PurchaseReturned, ReturnedLine
from member_svc.domain.refusals import FactConflict, ReturnExceedsPurchase


async def returned(desk, member_id):
    """The returns that were told of a member."""
    return [one for one in await desk.told(member_id) if isinstance(one, PurchaseReturned)]


async def test_P7_a_refund_of_value_is_told_as_money_without_units(desk):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, quantities=(2,))
    (answer,) = await desk.bring(desk.back(bought, refunds={"1": 250}))
    (told,) = await returned(desk, member_id)
    assert answer.status == "accepted"
    assert told.lines == (ReturnedLine(line_id="1", quantity=0, refund_minor=250),)


async def test_E1_the_same_refund_twice_takes_its_money_once(desk):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id)
    asked = desk.back(bought, refunds={"1": 600})
    (first,), (again,) = await desk.bring(asked), await desk.bring(asked)
    assert again.is_replayed
    assert again.fact_id == first.fact_id
    (conflict,) = await desk.bring(desk.back(bought, refunds={"1": 601}, ref=asked.source_ref))
    assert isinstance(conflict, FactConflict)
    assert len(await returned(desk, member_id)) == 1


async def test_P7_units_and_money_over_several_returns_never_exceed_the_line(desk, now):
    bought, _ = await desk.buy(await desk.member(), quantities=(3,), amount_minor=1_000)
    first = desk.back(bought, {"1": 1}, at=now - timedelta(minutes=50))
    (answer,) = await desk.bring(first)
    assert answer.status == "accepted"
    (refused,) = await desk.bring(desk.back(bought, refunds={"1": 667}))
    assert refused.numbers == {"asked_minor": 667, "left_minor": 666}
    (answer,) = await desk.bring(desk.back(bought, refunds={"1": 666}))
    assert answer.status == "accepted"
    (refused,) = await desk.bring(desk.back(bought, refunds={"1": 1}))
    assert refused.numbers == {"asked_minor": 1, "left_minor": 0}
    (rest,) = await desk.bring(desk.back(bought))
    assert rest.status == "accepted"


async def test_P7_one_return_takes_units_of_one_line_and_money_of_another(desk):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id, quantities=(1, 1))
    (answer,) = await desk.bring(desk.back(bought, {"1": 1}, refunds={"2": 1_000}))
    (told,) = await returned(desk, member_id)
    assert answer.status == "accepted"
    assert [(one.line_id, one.quantity, one.refund_minor) for one in told.lines] == [
        ("1", 1, 0),
        ("2", 0, 1_000),
    ]
    (refused,) = await desk.bring(desk.back(bought, refunds={"2": 1}))
    assert isinstance(refused, ReturnExceedsPurchase)


async def test_P7_two_refunds_of_the_last_money_at_once_take_it_once(desk):
    for _ in range(10):
        bought, _ = await desk.buy(await desk.member(), amount_minor=1_000)
        asked = [desk.back(bought, refunds={"1": 600}) for _ in range(3)]
        answers = await asyncio.gather(*(desk.bring(one) for one in asked))
        kinds = sorted(type(one).__name__ for (one,) in answers)
        assert kinds == ["Answer", "ReturnExceedsPurchase", "ReturnExceedsPurchase"]


async def test_P7_refunds_before_their_purchase_are_decided_in_recorded_order(desk, now):
    member_id = await desk.member()
    bought = desk.purchase(member_id, amount_minor=1_000)
    early, late = desk.back(bought, refunds={"1": 600}), desk.back(bought, refunds={"1": 600})
    await desk.bring(early)
    desk.stage.at(now + timedelta(seconds=1))
    await desk.bring(late)
    desk.stage.at(now)
    await desk.tell(bought)
    assert [await desk.stands(one) for one in (early, late)] == ["accepted", "review"]
    assert len(await returned(desk, member_id)) == 1


@pytest.mark.parametrize("units", [{"1": 1}, None], ids=["named", "all that is left"])
async def test_I14_the_same_return_at_the_same_time_is_answered_alike(desk, units):
    bought, _ = await desk.buy(await desk.member())
    back = desk.back(bought, units)
    (first,), (again,) = await desk.overtaken(
        lambda tx: desk.bring_in(tx, back), lambda: desk.bring(back)
    )
    assert (first.is_replayed, again.is_replayed) == (False, True)
    assert again.fact_id == first.fact_id
