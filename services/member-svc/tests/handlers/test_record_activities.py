"""Activities come in: each counts once, for a member or for who bought what it is about."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.purchases import ActivityRecorded, PurchaseRecorded
from member_svc.domain.members import Birthday
from member_svc.domain.refusals import FactConflict, MemberNotFound, OccurredInFuture
from member_svc.handlers.accept_fact import accept_fact
from member_svc.handlers.reject_fact import reject_fact

LATE = timedelta(days=401)


@pytest.fixture
def decide(desk, terms, vault):
    """Accept or reject a fact by its id."""

    async def run(fact_id, is_accepted=True):
        async with desk.stage.begin("key:staff1") as tx:
            if is_accepted:
                return await accept_fact(tx, vault, terms, fact_id, "seen")
            return await reject_fact(tx, fact_id, "not ours")

    return run


async def done(desk, member_id):
    """The activities that were told of a member."""
    return [one for one in await desk.told(member_id) if isinstance(one, ActivityRecorded)]


async def test_an_activity_of_a_known_card_counts_at_once(desk, clerk, now):
    card = desk.card()
    shown, _ = await desk.enroll(card, birthday=Birthday(6, 1))
    asked = clerk.activity(card, attributes={"place": "lounge", "phone": "13812345678"})
    (answer,) = await clerk.tell(asked)
    (told,) = await done(desk, shown.member.member_id)
    assert (answer.status, answer.member_id) == ("accepted", shown.member.member_id)
    assert (told.kind, told.attributes, told.occasions) == (
        "checkin",
        {"place": "lounge"},
        ("birthday",),
    )
    assert (told.fact_id, told.recorded_at, told.purchase_fact_id) == (answer.fact_id, now, None)


async def test_E1_the_same_activity_twice_counts_once(desk, clerk, won):
    member_id = await desk.member()
    asked = clerk.activity(member_id)
    answers = await asyncio.gather(*(won(lambda: clerk.tell(asked)) for _ in range(3)))
    (again,) = await clerk.tell(asked)
    assert again.is_replayed
    assert {one.fact_id for (one,) in answers} == {again.fact_id}
    other = clerk.activity(member_id, source_ref=asked.source_ref, attributes={"place": "gate"})
    (conflict,) = await clerk.tell(other)
    assert isinstance(conflict, FactConflict)
    assert len(await done(desk, member_id)) == 1


async def test_a_batch_answers_each_line_whatever_its_neighbours_are(desk, clerk, now):
    member_id = await desk.member()
    good = clerk.activity(member_id)
    answers = await clerk.tell(
        good,
        clerk.activity("nobody"),
        clerk.activity(member_id, occurred_at=now + timedelta(minutes=5, microseconds=1)),
        clerk.activity(member_id, occurred_at=now + timedelta(minutes=5)),
        good,
    )
    assert [type(one) for one in answers[1:3]] == [MemberNotFound, OccurredInFuture]
    assert [one.status for one in (answers[0], *answers[3:])] == ["accepted"] * 3
    assert answers[4].is_replayed


@pytest.mark.parametrize(
    ("ago", "status"),
    [
        pytest.param(timedelta(days=400), "accepted", id="day 400"),
        pytest.param(timedelta(days=400, microseconds=1), "review", id="later"),
    ],
)
async def test_E3_an_activity_told_late(desk, clerk, now, ago, status):
    (answer,) = await clerk.tell(clerk.activity(await desk.member(), occurred_at=now - ago))
    assert answer.status == status


async def test_E3_a_late_activity_counts_once_it_is_accepted(desk, clerk, now, decide):
    member_id, card = await desk.member(), desk.card()
    (late,) = await clerk.tell(clerk.activity(member_id, occurred_at=now - LATE))
    (nobodys,) = await clerk.tell(clerk.activity(card, occurred_at=now - LATE))
    (other,) = await clerk.tell(clerk.activity(member_id, occurred_at=now - LATE))
    assert await decide(late.fact_id) == await decide(late.fact_id) == "accepted"
    assert await decide(nobodys.fact_id) == "unclaimed"
    assert await decide(other.fact_id, is_accepted=False) == "rejected"
    assert [one.fact_id for one in await done(desk, member_id)] == [late.fact_id]


@pytest.mark.parametrize(
    ("ago", "count"),
    [
        pytest.param(timedelta(days=90), 1, id="inside the window"),
        pytest.param(timedelta(days=90, microseconds=1), 0, id="before it"),
    ],
)
async def test_M5_an_unclaimed_activity_counts_from_the_claim(desk, clerk, now, ago, count):
    card = desk.card()
    asked = clerk.activity(card, occurred_at=now - ago)
    (answer,) = await clerk.tell(asked)
    assert (answer.status, answer.member_id) == ("unclaimed", None)
    member_id = await desk.member(card)
    assert len(await done(desk, member_id)) == count
    (again,) = await clerk.tell(asked)
    assert (again.status, again.member_id) == ("unclaimed", None)


async def test_M5_an_enrolment_that_comes_while_an_activity_is_being_kept_claims_it(desk, clerk):
    card = desk.card()
    asked = clerk.activity(card)
    _, (shown, _) = await desk.overtaken(
        lambda tx: clerk.tell_in(tx, asked), lambda: desk.enroll(card)
    )
    assert len(await done(desk, shown.member.member_id)) == 1


async def test_P4_an_activity_about_a_purchase_names_it(desk, clerk):
    member_id = await desk.member()
    bought, answer = await desk.buy(member_id)
    (delivered,) = await clerk.tell(clerk.activity(about=bought))
    (told,) = await done(desk, member_id)
    assert (delivered.status, delivered.member_id) == ("accepted", member_id)
    assert (told.kind, told.purchase_fact_id) == ("delivered", answer.fact_id)


async def test_P4_it_is_the_purchases_members_whoever_it_names(desk, clerk):
    buyer, other = await desk.member(), await desk.member()
    bought, _ = await desk.buy(buyer)
    (answer,) = await clerk.tell(clerk.activity(other, about=bought))
    assert answer.member_id == buyer
    assert (len(await done(desk, buyer)), len(await done(desk, other))) == (1, 0)


async def test_P4_one_that_comes_before_its_purchase_waits_for_it(desk, clerk):
    member_id = await desk.member()
    bought = desk.purchase(member_id)
    asked = clerk.activity(about=bought)
    (waiting,) = await clerk.tell(asked)
    assert (waiting.status, waiting.member_id) == ("waiting", None)
    await desk.bring(desk.back(bought))
    await desk.tell(bought)
    assert await desk.stands(asked) == "accepted"
    assert [type(one).__name__ for one in (await desk.told(member_id))[1:]] == [
        "PurchaseRecorded",
        "PurchaseReturned",
        "ActivityRecorded",
    ]
    (again,) = await clerk.tell(asked)
    assert (again.status, again.member_id) == ("waiting", None)


async def test_M5_one_about_an_unclaimed_purchase_is_told_with_it(desk, clerk):
    card = desk.card()
    bought, _ = await desk.buy(card)
    (answer,) = await clerk.tell(clerk.activity(about=bought))
    assert answer.status == "unclaimed"
    member_id = await desk.member(card)
    assert [type(one) for one in (await desk.told(member_id))[1:]] == [
        PurchaseRecorded,
        ActivityRecorded,
    ]


async def test_P4_one_about_a_purchase_in_review_waits_and_follows_it(desk, clerk, now, decide):
    for is_accepted, stands in ((True, "accepted"), (False, "review")):
        bought, answer = await desk.buy(await desk.member(), at=now - LATE)
        asked = clerk.activity(about=bought)
        (waiting,) = await clerk.tell(asked)
        assert waiting.status == "waiting"
        await decide(answer.fact_id, is_accepted)
        assert await desk.stands(asked) == stands


async def test_E3_a_late_one_about_a_purchase_follows_it_once_accepted(desk, clerk, now, decide):
    member_id = await desk.member()
    bought, _ = await desk.buy(member_id)
    (late,) = await clerk.tell(clerk.activity(about=bought, occurred_at=now - LATE))
    assert late.status == "review"
    assert await decide(late.fact_id) == "accepted"
    assert len(await done(desk, member_id)) == 1


async def test_P4_an_activity_and_its_purchase_never_miss_each_other(desk, clerk, won):
    for number in range(15):
        member_id = await desk.member()
        bought = desk.purchase(member_id)
        asked = clerk.activity(about=bought)
        doors = [lambda a=asked: clerk.tell(a), lambda p=bought: desk.tell(p)]
        await asyncio.gather(*(won(door) for door in (doors if number % 2 else doors[::-1])))
        assert await desk.stands(asked) == "accepted"
        assert len(await done(desk, member_id)) == 1


async def test_P4_a_purchase_that_comes_while_its_delivery_is_being_kept_decides_it(desk, clerk):
    member_id = await desk.member()
    bought = desk.purchase(member_id)
    asked = clerk.activity(about=bought)
    await desk.overtaken(lambda tx: clerk.tell_in(tx, asked), lambda: desk.tell(bought))
    assert await desk.stands(asked) == "accepted"
