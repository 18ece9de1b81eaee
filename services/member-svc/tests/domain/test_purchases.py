"""Where a purchase stands when it comes in, and what of its content counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.purchases import Payment, PurchaseLine
from contracts.ids import MemberId
from contracts.refusal import Refusal
from member_svc.domain import owners, purchases
from member_svc.domain.facts import Answer, Fact, standing
from member_svc.domain.identifiers import BlindIndex
from member_svc.domain.members import Member
from member_svc.domain.owners import Owners
from member_svc.domain.programme import MemberProgramme, Terms
from member_svc.domain.purchases import Purchase, PurchaseContent
from member_svc.domain.refusals import MemberNotFound, OccurredInFuture, Unfit

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = Terms(
    "1",
    MemberProgramme(
        zone="Asia/Shanghai",
        currency="CNY",
        minor_units=2,
        default_region="CN",
        purchase_attributes=["register"],
    ),
)
MEMBER, INDEX, STRANGER = MemberId("m1"), BlindIndex(b"i" * 32), BlindIndex(b"s" * 32)
OWNERS = Owners({MEMBER: Member(MEMBER, "active", NOW, None)}, {INDEX: MEMBER})


def line(line_id="1", quantity=1, amount_minor=100):
    return PurchaseLine(
        line_id=line_id,
        sku="s",
        category="c",
        quantity=quantity,
        amount_minor=amount_minor,
        net_minor=amount_minor,
    )


def purchase(member_id=None, index=None, at=NOW, ref="r", **said):
    content = purchases.content(**{"store_id": "s1", "currency": "CNY", "lines": [line()], **said})
    told = purchases.told(owners.whose(member_id, index), at, content)
    return Purchase(
        source="till",
        source_ref=ref,
        member_id=member_id,
        blind_index=index,
        occurred_at=at,
        content=content,
        told=told,
    )


def drawn(ref, amount):
    """A purchase of that name; one amount is nobody's."""
    who = MEMBER if amount == 1 or ref != "c" else MemberId("nobody")
    return purchase(who, ref=ref, lines=[line(amount_minor=amount)])


@pytest.mark.parametrize(
    ("asked", "status", "whose"),
    [
        pytest.param(purchase(MEMBER), "accepted", MEMBER, id="a member by id counts"),
        pytest.param(purchase(index=INDEX), "accepted", MEMBER, id="a known identifier counts"),
        pytest.param(purchase(index=STRANGER), "unclaimed", None, id="an unknown one is kept"),
        pytest.param(
            purchase(MEMBER, at=NOW - timedelta(days=401)), "review", MEMBER, id="late is looked at"
        ),
        pytest.param(
            purchase(index=STRANGER, at=NOW - timedelta(days=401)),
            "review",
            None,
            id="late, unknown",
        ),
    ],
)
def test_M5_a_purchase_stands(asked, status, whose):
    kept = purchases.take_in(asked, OWNERS, NOW, TERMS)
    assert (kept.status, kept.first_status, kept.member_id) == (status, status, whose)
    assert kept.counted_at == (NOW if status == "accepted" else None)
    assert kept.is_claimed is (whose is None)


def test_a_member_that_does_not_exist_is_not_found():
    kept = purchases.take_in(purchase(MemberId("nobody")), OWNERS, NOW, TERMS)
    assert isinstance(kept, MemberNotFound)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        pytest.param(purchase(MEMBER, currency="USD"), Unfit, id="another programme's money"),
        pytest.param(
            purchase(MEMBER, at=NOW + timedelta(minutes=6)), OccurredInFuture, id="tomorrow's"
        ),
        pytest.param(purchase(MEMBER), type(None), id="nothing wrong"),
    ],
)
def test_a_purchase_is_unfit(asked, refusal):
    assert isinstance(purchases.unfit(asked, NOW, TERMS), refusal)


def test_E8_attributes_that_the_programme_does_not_allow_are_not_kept_but_are_content():
    allowed, more = {"register": "7"}, {"register": "7", "phone": "13812345678"}
    first, second = purchase(MEMBER, attributes=allowed), purchase(MEMBER, attributes=more)
    assert first.told != second.told
    kept = purchases.take_in(second, OWNERS, NOW, TERMS)
    assert msgspec.json.decode(kept.content, type=PurchaseContent).attributes == allowed
    assert b"13812345678" not in kept.content


@given(st.permutations(["1", "2", "3", "10"]), st.permutations(["cash", "card", "points"]))
def test_E1_order_of_lines_and_payments_is_no_content(line_ids, kinds):
    payments = [Payment(kind=kind, amount_minor=1) for kind in kinds]
    said = purchases.content("s", "CNY", [line(one) for one in line_ids], payments)
    other = purchases.content("s", "CNY", [line(one) for one in sorted(line_ids)], payments[::-1])
    assert purchases.told("member:m", NOW, said) == purchases.told("member:m", NOW, other)


@given(st.data())
def test_E1_whatever_a_batch_repeats_each_name_is_kept_at_most_once(data):
    asked = data.draw(st.lists(st.builds(drawn, st.sampled_from("ab"), st.integers(1, 2))))
    answers, new = purchases.take_in_all(asked, {}, OWNERS, NOW, TERMS)
    assert len(answers) == len(asked)
    assert len({fact.source_ref for fact in new}) == len(new)
    first = sum(isinstance(one, Answer) and not one.is_replayed for one in answers)
    assert first == len(new)


@given(st.lists(st.builds(drawn, st.sampled_from("abc"), st.integers(1, 2))))
def test_E1_telling_a_batch_again_keeps_nothing_new_and_answers_alike(asked):
    answers, new = purchases.take_in_all(asked, {}, OWNERS, NOW, TERMS)
    known = {fact.source_ref: standing(fact) for fact in new}
    later = NOW + timedelta(days=3)
    again, none = purchases.take_in_all(asked, known, OWNERS, later, TERMS)
    assert none == []
    for one, other in zip(answers, again, strict=True):
        if isinstance(one, Answer):
            assert other == replace(one, is_replayed=True)
        else:
            assert isinstance(other, Refusal)


@given(st.lists(st.builds(drawn, st.sampled_from("abc"), st.integers(1, 2))))
def test_E1_a_batch_is_answered_as_if_each_line_had_come_alone(asked):
    answers, _ = purchases.take_in_all(asked, {}, OWNERS, NOW, TERMS)
    known = {}
    for one, answered in zip(asked, answers, strict=True):
        (alone,), new = purchases.take_in_all([one], known, OWNERS, NOW, TERMS)
        known |= {fact.source_ref: standing(fact) for fact in new}
        assert type(alone) is type(answered)
        assert isinstance(alone, Refusal) or alone == answered


def test_a_kept_purchase_is_answered_as_it_stands():
    kept = purchases.take_in(purchase(index=STRANGER), OWNERS, NOW, TERMS)
    assert isinstance(kept, Fact)
    assert standing(replace(kept, member_id=MEMBER, status="accepted")).member_id is None
