"""Purchases come in: each counts once, for whoever its identifier finds."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.purchases import PurchaseRecorded
from member_svc.domain.facts import Answer
from member_svc.domain.members import Birthday
from member_svc.domain.refusals import FactConflict, MemberNotFound, OccurredInFuture

WINDOW = timedelta(days=400)


async def test_a_purchase_of_a_known_card_counts_at_once(desk, now):
    card = desk.card()
    member_id = await desk.member(card)
    asked, answered = await desk.buy(card)
    assert (answered.status, answered.member_id) == ("accepted", member_id)
    recorded = (await desk.told(member_id))[-1]
    assert isinstance(recorded, PurchaseRecorded)
    assert (recorded.fact_id, recorded.recorded_at) == (answered.fact_id, now)
    assert recorded.lines == asked.content.lines


async def test_the_same_purchase_twice_counts_once_and_is_answered_alike(desk):
    member_id = await desk.member()
    asked, first = await desk.buy(member_id)
    before = await desk.told(member_id)
    (again,) = await desk.tell(asked)
    assert again == Answer(
        first.fact_id, first.member_id, first.status, first.recorded_at, is_replayed=True
    )
    assert await desk.told(member_id) == before


async def test_the_same_name_with_other_content_is_a_conflict(desk):
    member_id = await desk.member()
    asked, _ = await desk.buy(member_id)
    (answered,) = await desk.tell(desk.purchase(member_id, asked.source_ref, amount_minor=2_000))
    assert isinstance(answered, FactConflict)
    assert len(await desk.told(member_id)) == 2


async def test_a_source_names_its_own_facts(desk):
    member_id = await desk.member()
    asked, first = await desk.buy(member_id)
    (other,) = await desk.tell(desk.purchase(member_id, asked.source_ref, source="web"))
    assert other.status == "accepted"
    assert other.fact_id != first.fact_id


async def test_a_batch_answers_each_line_whatever_its_neighbours_are(desk, now):
    member_id = await desk.member()
    good = desk.purchase(member_id)
    answers = await desk.tell(
        good,
        desk.purchase("nobody"),
        desk.purchase(member_id, at=now + timedelta(minutes=6)),
        good,
        desk.purchase(member_id, good.source_ref, amount_minor=7),
        desk.purchase(desk.card()),
    )
    kinds = [type(one).__name__ if not isinstance(one, Answer) else one.status for one in answers]
    assert kinds == [
        *("accepted", "MemberNotFound", "OccurredInFuture"),
        *("accepted", "FactConflict", "unclaimed"),
    ]
    assert answers[3].is_replayed
    assert isinstance(answers[1], MemberNotFound)
    assert isinstance(answers[2], OccurredInFuture)


async def test_a_refused_name_in_a_batch_is_free_for_the_next_line(desk):
    member_id = await desk.member()
    refused = desk.purchase("nobody")
    answers = await desk.tell(refused, desk.purchase(member_id, refused.source_ref))
    assert isinstance(answers[0], MemberNotFound)
    assert answers[1].status == "accepted"


@pytest.mark.parametrize(
    ("age", "status"),
    [
        pytest.param(WINDOW, "accepted", id="the window's last instant is inside"),
        pytest.param(WINDOW + timedelta(microseconds=1), "review", id="later is looked at"),
        pytest.param(-timedelta(minutes=5), "accepted", id="clocks may be five minutes ahead"),
    ],
)
async def test_E3_lateness_decides_where_a_purchase_stands(desk, now, age, status):
    member_id = await desk.member()
    asked, answered = await desk.buy(member_id, at=now - age)
    assert answered.status == status
    assert answered.member_id == member_id
    told = [event for event in await desk.told(member_id) if isinstance(event, PurchaseRecorded)]
    assert len(told) == (1 if status == "accepted" else 0)
    assert await desk.stands(asked) == status


async def test_M7_a_birthday_travels_as_an_occasion_and_not_as_a_date(desk, now):
    card = desk.card()
    shown, _ = await desk.enroll(card, birthday=Birthday(6, 1, 1990))
    await desk.buy(card, at=now - timedelta(hours=1))
    await desk.buy(card, at=now - timedelta(days=1))
    told = (await desk.told(shown.member.member_id))[1:]
    assert sorted(event.occasions for event in told) == [(), ("birthday",)]


async def test_the_same_purchase_at_the_same_time_counts_once(desk, won):
    member_id = await desk.member()
    asked = desk.purchase(member_id)
    answers = await asyncio.gather(*(won(lambda: desk.tell(asked)) for _ in range(4)))
    assert {one.fact_id for (one,) in answers} == {answers[0][0].fact_id}
    assert sorted(one.is_replayed for (one,) in answers) == [False, True, True, True]
    assert len(await desk.told(member_id)) == 2


async def test_overlapping_batches_in_opposite_orders_all_end(desk, won):
    member_id = await desk.member()
    batch = [desk.purchase(member_id) for _ in range(50)]
    first, second = await asyncio.gather(
        won(lambda: desk.tell(*batch)), won(lambda: desk.tell(*reversed(batch)))
    )
    assert [one.fact_id for one in first] == [one.fact_id for one in reversed(second)]
    assert len(await desk.told(member_id)) == 51
