"""What somebody has to look at: accepted it counts as if told in time, rejected it never counts."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.purchases import PurchaseRecorded, PurchaseReturned
from member_svc.domain.refusals import (
    FactNotFound,
    NotInReview,
    PurchaseRejected,
    ReturnExceedsPurchase,
)
from member_svc.handlers.accept_fact import accept_fact
from member_svc.handlers.reject_fact import reject_fact

LATE = timedelta(days=401)


@pytest.fixture
def accept(desk, terms, vault):
    """Accept a fact by its id."""

    async def run(fact_id):
        async with desk.stage.begin("key:staff1") as tx:
            return await accept_fact(tx, vault, terms, fact_id, "the till was offline")

    return run


@pytest.fixture
def reject(desk):
    """Reject a fact by its id."""

    async def run(fact_id):
        async with desk.stage.begin("key:staff1") as tx:
            return await reject_fact(tx, fact_id, "not ours")

    return run


async def events(desk, member_id, kind):
    """What was told of a member, of one kind."""
    return [one for one in await desk.told(member_id) if isinstance(one, kind)]


async def test_E3_an_accepted_purchase_counts_and_is_recorded_then(desk, now, accept):
    member_id = await desk.member()
    asked, bought = await desk.buy(member_id, at=now - LATE)
    assert await accept(bought.fact_id) == "accepted"
    assert await accept(bought.fact_id) == "accepted"
    (told,) = await events(desk, member_id, PurchaseRecorded)
    assert (told.occurred_at, told.recorded_at) == (asked.occurred_at, now)


async def test_E3_a_decision_is_written_down_once_with_its_actor_and_reason(desk, now, accept):
    _, bought = await desk.buy(await desk.member(), at=now - LATE)
    await accept(bought.fact_id)
    await accept(bought.fact_id)
    (entry,) = await desk.stage.rows("SELECT * FROM audit WHERE subject = :id", id=bought.fact_id)
    assert (entry.actor, entry.action) == ("key:staff1", "fact.accept")
    assert entry.reason == "the till was offline"


async def test_E3_a_rejected_purchase_never_counts_and_keeps_its_name(desk, now, accept, reject):
    member_id = await desk.member()
    asked, bought = await desk.buy(member_id, at=now - LATE)
    assert await reject(bought.fact_id) == "rejected"
    with pytest.raises(NotInReview):
        await accept(bought.fact_id)
    (again,) = await desk.tell(asked)
    assert again.is_replayed
    assert await events(desk, member_id, PurchaseRecorded) == []


async def test_E3_only_what_is_in_review_is_decided(desk, accept):
    _, unclaimed = await desk.buy(desk.card())
    _, counts = await desk.buy(await desk.member())
    with pytest.raises(NotInReview):
        await accept(unclaimed.fact_id)
    with pytest.raises(FactNotFound):
        await accept(counts.fact_id)
    with pytest.raises(FactNotFound):
        await accept("nothing")


async def test_M5_an_accepted_purchase_of_an_unknown_card_is_unclaimed(desk, now, accept):
    card = desk.card()
    asked, bought = await desk.buy(card, at=now - LATE)
    assert (bought.status, bought.member_id) == ("review", None)
    assert await accept(bought.fact_id) == "unclaimed"
    assert await desk.stands(asked) == "unclaimed"


async def test_M5_an_accepted_purchase_counts_for_who_has_its_card_by_then(desk, now, accept):
    card = desk.card()
    _, bought = await desk.buy(card, at=now - LATE)
    member_id = await desk.member(card)
    assert await accept(bought.fact_id) == "accepted"
    assert len(await events(desk, member_id, PurchaseRecorded)) == 1


async def test_P7_a_return_of_a_purchase_in_review_takes_its_units_and_waits(desk, now, accept):
    member_id = await desk.member()
    asked, bought = await desk.buy(member_id, at=now - LATE, quantities=(2,))
    back = desk.back(asked, {"1": 1}, at=now - timedelta(days=2))
    (answer,) = await desk.bring(back)
    (refused,) = await desk.bring(desk.back(asked, {"1": 2}, at=now - timedelta(days=2)))
    assert answer.status == "waiting"
    assert isinstance(refused, ReturnExceedsPurchase)
    await accept(bought.fact_id)
    assert await desk.stands(back) == "accepted"
    assert len(await events(desk, member_id, PurchaseReturned)) == 1


async def test_P7_a_waiting_return_of_a_rejected_purchase_is_looked_at(desk, now, accept, reject):
    asked, bought = await desk.buy(await desk.member(), at=now - LATE)
    back = desk.back(asked, at=now - timedelta(days=2))
    (answer,) = await desk.bring(back)
    await reject(bought.fact_id)
    assert await desk.stands(back) == "review"
    with pytest.raises(PurchaseRejected):
        await accept(answer.fact_id)
    assert await reject(answer.fact_id) == "rejected"
    later = desk.back(asked, at=now - timedelta(days=1))
    await desk.bring(later)
    assert await desk.stands(later) == "review"


async def test_T4_an_accepted_late_return_takes_what_is_left(desk, now, accept):
    member_id = await desk.member()
    asked, _ = await desk.buy(member_id, at=now - timedelta(days=399), quantities=(2,))
    desk.stage.at(now + timedelta(days=10))
    (late,) = await desk.bring(desk.back(asked, at=now + timedelta(days=5)))
    assert late.status == "review"
    assert await accept(late.fact_id) == "accepted"
    (told,) = await events(desk, member_id, PurchaseReturned)
    assert told.recorded_at == now + timedelta(days=10)
    desk.stage.at(now)


async def test_P7_a_return_in_review_that_takes_too_much_stays_there(desk, accept):
    bought = desk.purchase(await desk.member(), quantities=(1,))
    excess = desk.back(bought, {"1": 2})
    (waiting,) = await desk.bring(excess)
    await desk.tell(bought)
    with pytest.raises(ReturnExceedsPurchase):
        await accept(waiting.fact_id)
    assert await desk.stands(excess) == "review"


async def test_E3_a_late_return_without_its_purchase_waits_once_accepted(desk, now, accept):
    bought = desk.purchase(await desk.member(), at=now - timedelta(days=100), quantities=(1,))
    back = desk.back(bought, at=now - LATE)
    (late,) = await desk.bring(back)
    assert late.status == "review"
    assert await accept(late.fact_id) == "waiting"
    await desk.tell(bought)
    assert await desk.stands(back) == "accepted"


async def test_E3_two_who_accept_at_once_count_it_once_and_are_answered_alike(
    desk, won, now, accept
):
    member_id = await desk.member()
    asked, bought = await desk.buy(member_id, at=now - LATE, quantities=(1,))
    back = desk.back(asked, at=now - LATE)
    (late,) = await desk.bring(back)
    for fact_id in (bought.fact_id, late.fact_id):
        outcomes = await asyncio.gather(*(won(lambda f=fact_id: accept(f)) for _ in range(3)))
        assert outcomes == ["accepted"] * 3
    assert len(await events(desk, member_id, PurchaseRecorded)) == 1
    assert len(await events(desk, member_id, PurchaseReturned)) == 1


async def test_E3_of_accepting_and_rejecting_at_once_one_stands(desk, won, now, accept, reject):
    for _ in range(5):
        member_id = await desk.member()
        asked, bought = await desk.buy(member_id, at=now - LATE)
        outcomes = await asyncio.gather(
            won(lambda b=bought: accept(b.fact_id)),
            won(lambda b=bought: reject(b.fact_id)),
            return_exceptions=True,
        )
        stands = await desk.stands(asked)
        assert [one for one in outcomes if isinstance(one, str)] == [stands]
        told = len(await events(desk, member_id, PurchaseRecorded))
        assert told == (1 if stands == "accepted" else 0)


async def test_I17_an_audit_entry_is_never_changed(desk, now, accept):
    _, bought = await desk.buy(await desk.member(), at=now - LATE)
    await accept(bought.fact_id)
    for statement in ("UPDATE audit SET reason = 'other'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="never changed"):
            await desk.stage.rows(statement)
