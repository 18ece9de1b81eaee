"""Feedback comes in as activities do: each counts once, and is told without words of a person."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.purchases import FeedbackRecorded
from member_svc.domain.refusals import FactConflict
from member_svc.handlers.accept_fact import accept_fact
from member_svc.handlers.reject_fact import reject_fact

LATE = timedelta(days=401)


async def heard(desk, member_id):
    """The feedback that was told of a member."""
    return [one for one in await desk.told(member_id) if isinstance(one, FeedbackRecorded)]


async def test_M10_a_complaint_is_told_with_category_and_severity(desk, clerk, now):
    member_id = await desk.member()
    bought, receipt = await desk.buy(member_id)
    (answer,) = await clerk.tell(clerk.feedback(about=bought))
    (told,) = await heard(desk, member_id)
    assert (told.kind, told.category, told.severity) == ("complaint", "delivery", "high")
    assert (told.score, told.state, told.complaint_ref) == (None, None, None)
    assert (told.fact_id, told.recorded_at) == (answer.fact_id, now)
    assert told.purchase_fact_id == receipt.fact_id


async def test_M10_an_outcome_is_told_with_the_name_of_its_complaint(desk, clerk):
    member_id = await desk.member()
    complaint = clerk.feedback(member_id)
    await clerk.tell(clerk.outcome(complaint, member_id, "withdrawn"), complaint)
    told = {one.kind: one for one in await heard(desk, member_id)}
    said = told["outcome"]
    assert (said.state, said.complaint_source) == ("withdrawn", told["complaint"].source)
    assert said.complaint_ref == told["complaint"].source_ref


async def test_E1_the_same_feedback_twice_counts_once(desk, clerk, won):
    member_id = await desk.member()
    asked = clerk.feedback(member_id)
    answers = await asyncio.gather(*(won(lambda: clerk.tell(asked)) for _ in range(3)))
    (again,) = await clerk.tell(asked)
    assert again.is_replayed
    assert {one.fact_id for (one,) in answers} == {again.fact_id}
    named = {"kind": "nps", "score": 9, "source_ref": asked.source_ref}
    (conflict,) = await clerk.tell(clerk.feedback(member_id, **named))
    assert isinstance(conflict, FactConflict)
    (activity,) = await clerk.tell(clerk.activity(member_id, source_ref=asked.source_ref))
    assert activity.status == "accepted"
    assert len(await heard(desk, member_id)) == 1


@pytest.mark.parametrize(
    ("ago", "count"),
    [
        pytest.param(timedelta(days=90), 1, id="inside the window"),
        pytest.param(timedelta(days=90, microseconds=1), 0, id="before it"),
    ],
)
async def test_M5_unclaimed_feedback_counts_from_the_claim(desk, clerk, now, ago, count):
    card = desk.card()
    (answer,) = await clerk.tell(clerk.feedback(card, occurred_at=now - ago))
    assert (answer.status, answer.member_id) == ("unclaimed", None)
    assert len(await heard(desk, await desk.member(card))) == count


async def test_M5_what_is_claimed_is_told_behind_its_purchases(desk, clerk):
    card = desk.card()
    bought, _ = await desk.buy(card)
    await clerk.tell(clerk.feedback(card), clerk.feedback(about=bought))
    await clerk.tell(clerk.activity(card))
    said = [type(one).__name__ for one in (await desk.told(await desk.member(card)))[1:]]
    assert said == [
        *("PurchaseRecorded", "ActivityRecorded", "FeedbackRecorded", "FeedbackRecorded")
    ]


async def test_E3_late_feedback_counts_once_it_is_accepted(desk, clerk, now, terms, vault):
    member_id = await desk.member()
    (late,) = await clerk.tell(clerk.feedback(member_id, occurred_at=now - LATE))
    (other,) = await clerk.tell(clerk.feedback(member_id, occurred_at=now - LATE))
    assert (late.status, other.status) == ("review", "review")
    async with desk.stage.begin("key:staff1") as tx:
        assert await accept_fact(tx, vault, terms, late.fact_id, "seen") == "accepted"
        assert await reject_fact(tx, other.fact_id, "not ours") == "rejected"
    assert [one.fact_id for one in await heard(desk, member_id)] == [late.fact_id]


async def test_M9_what_a_barred_member_says_is_looked_at(desk, clerk):
    member_id = await desk.member()
    await clerk.move(member_id, "banned")
    (answer,) = await clerk.tell(clerk.feedback(member_id))
    assert answer.status == "review"
