"""Someone joins: once, by whatever identifies them, and what they bought before is theirs."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.members import MemberEnrolled
from contracts.events.purchases import PurchaseRecorded, PurchaseReturned
from member_svc.domain.refusals import IdentifiersConflict


async def test_M1_enrolment_says_one_event_and_links_every_identifier(desk, now):
    phone, card = desk.phone(), desk.card()
    shown, is_new = await desk.enroll(phone, card)
    assert is_new
    assert {one.identifier.kind for one in shown.identifiers} == {"phone", "card"}
    (said,) = await desk.told(shown.member.member_id)
    assert isinstance(said, MemberEnrolled)
    assert (said.enrolled_at, said.recorded_at) == (now, now)


async def test_M1_a_known_identifier_answers_the_existing_member(desk):
    phone = desk.phone()
    first, _ = await desk.enroll(phone)
    again, is_new = await desk.enroll(phone)
    assert not is_new
    assert again.member == first.member
    assert len(await desk.told(first.member.member_id)) == 1


@pytest.mark.parametrize("known_first", [True, False], ids=["known first", "known last"])
async def test_M1_enrolling_a_known_member_links_what_nobody_has(desk, known_first):
    phone, card = desk.phone(), desk.card()
    first, _ = await desk.enroll(phone)
    again, _ = await desk.enroll(*((phone, card) if known_first else (card, phone)))
    assert again.member.member_id == first.member.member_id
    _, bought = await desk.buy(card)
    assert bought.member_id == first.member.member_id


async def test_M5_identifiers_of_two_members_are_a_conflict_and_link_nothing(desk):
    ours, theirs, new = desk.phone(), desk.card(), desk.card()
    await desk.member(ours)
    await desk.member(theirs)
    with pytest.raises(IdentifiersConflict):
        await desk.enroll(ours, theirs, new)
    _, bought = await desk.buy(new)
    assert bought.status == "unclaimed"


@pytest.mark.parametrize("has_bought", [False, True], ids=["never heard of", "has bought before"])
async def test_M1_two_enrolments_of_one_phone_at_once_make_one_member(desk, has_bought):
    for _ in range(5):
        phone = desk.phone()
        if has_bought:
            await desk.buy(phone)
        found = await asyncio.gather(*(desk.enroll(phone, desk.card()) for _ in range(6)))
        assert len({shown.member.member_id for shown, _ in found}) == 1
        assert sorted(is_new for _, is_new in found) == [False] * 5 + [True]
        shown, _ = await desk.enroll(phone)
        assert len(shown.identifiers) == 7


async def test_M5_what_was_bought_before_counts_from_the_claim(desk, now):
    card = desk.card()
    asked, bought = await desk.buy(card, at=now - timedelta(days=30), quantities=(3,))
    (back,) = await desk.bring(desk.back(asked, {"1": 1}))
    assert (bought.status, bought.member_id, back.status) == ("unclaimed", None, "unclaimed")
    claimed_at = now + timedelta(days=1)
    desk.stage.at(claimed_at)
    member_id = await desk.member(card)
    desk.stage.at(now)
    enrolled, recorded, returned = await desk.told(member_id)
    assert isinstance(enrolled, MemberEnrolled)
    assert isinstance(recorded, PurchaseRecorded)
    assert isinstance(returned, PurchaseReturned)
    assert (recorded.occurred_at, recorded.recorded_at) == (asked.occurred_at, claimed_at)
    assert (returned.purchase_fact_id, returned.recorded_at) == (bought.fact_id, claimed_at)
    (again,) = await desk.tell(asked)
    assert (again.status, again.member_id, again.is_replayed) == ("unclaimed", None, True)


@pytest.mark.parametrize(
    ("age", "status"),
    [
        pytest.param(timedelta(days=90), "accepted", id="the claim window's last instant"),
        pytest.param(timedelta(days=90, microseconds=1), "unclaimed", id="later stays unclaimed"),
    ],
)
async def test_M5_the_claim_window_runs_from_the_purchase_to_the_linking(desk, now, age, status):
    card = desk.card()
    asked, _ = await desk.buy(card, at=now - age)
    await desk.member(card)
    assert await desk.stands(asked) == status


async def test_M5_a_purchase_and_the_enrolment_that_claims_it_never_miss_each_other(desk):
    for _ in range(15):
        card = desk.card()
        batch = [desk.purchase(card) for _ in range(3)]
        told, (shown, _) = await asyncio.gather(desk.tell(*batch), desk.enroll(card))
        assert len(told) == 3
        said = await desk.told(shown.member.member_id)
        assert len([one for one in said if isinstance(one, PurchaseRecorded)]) == 3
        assert {await desk.stands(one) for one in batch} == {"accepted"}


async def test_M5_an_enrolment_that_comes_while_a_purchase_is_being_kept_claims_it(desk):
    card = desk.card()
    asked = desk.purchase(card)
    _, (shown, _) = await desk.overtaken(
        lambda tx: desk.tell_in(tx, asked), lambda: desk.enroll(card)
    )
    assert await desk.stands(asked) == "accepted"
    assert len(await desk.told(shown.member.member_id)) == 2


async def test_M5_a_purchase_that_comes_while_its_card_is_being_linked_counts(desk):
    card = desk.card()
    asked = desk.purchase(card)
    (shown, _), (answer,) = await desk.overtaken(
        lambda tx: desk.enroll_in(tx, card), lambda: desk.tell(asked)
    )
    assert answer.member_id == shown.member.member_id
    assert len(await desk.told(shown.member.member_id)) == 2


async def test_M1_two_who_enroll_with_a_card_that_bought_before_become_one_member(desk):
    card = desk.card()
    await desk.buy(card)
    (first, is_new), (second, is_new_too) = await desk.overtaken(
        lambda tx: desk.enroll_in(tx, card), lambda: desk.enroll(card)
    )
    assert (is_new, is_new_too) == (True, False)
    assert first.member == second.member
    assert len(await desk.told(first.member.member_id)) == 2
