"""What a claim reaches, what staff let in, and what follows a purchase."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.purchases import ReturnedLine
from contracts.ids import FactId, MemberId
from member_svc.domain import claims, facts, returns
from member_svc.domain.facts import Fact
from member_svc.domain.left import Bought, Line
from member_svc.domain.programme import MemberProgramme, Terms
from member_svc.domain.refusals import NotInReview, PurchaseRejected, ReturnExceedsPurchase

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = Terms(
    "1",
    MemberProgramme(
        zone="Asia/Shanghai",
        currency="CNY",
        minor_units=2,
        default_region="CN",
        claim_window_days=90,
    ),
)
MEMBER, OTHER = MemberId("m1"), MemberId("m2")
BOUGHT = Bought(FactId("f1"), MEMBER, "accepted", NOW, {"1": Line(2, 200, 2)})
UNITS = (ReturnedLine(line_id="1", quantity=1),)


def fact(kind="purchase", status="review", **more):
    said = {
        "kind": kind,
        "source": "till",
        "source_ref": "r1",
        "fact_id": FactId("f1"),
        "member_id": None,
        "status": status,
        "first_status": "review",
        "occurred_at": NOW - timedelta(days=500),
        "recorded_at": NOW,
        "content_hash": b"",
        "content": facts.canonical(None),
    }
    if kind == "return":
        said |= {"purchase_source": "till", "purchase_ref": "r1"}
    return Fact(**(said | more))


def test_M5_a_claim_reaches_back_the_whole_window():
    assert claims.earliest(NOW, TERMS) == NOW - timedelta(days=90)


@pytest.mark.parametrize(
    ("known", "owner", "status", "whose"),
    [
        pytest.param(MEMBER, None, "accepted", MEMBER, id="whose it was, it stays"),
        pytest.param(MEMBER, OTHER, "accepted", MEMBER, id="even if the card moved on"),
        pytest.param(None, OTHER, "accepted", OTHER, id="or who has its card now"),
        pytest.param(None, None, "unclaimed", None, id="nobody: as if told in time"),
    ],
)
def test_E3_an_accepted_purchase_stands(known, owner, status, whose):
    accepted = claims.accept_own(fact(member_id=known), owner, NOW)
    assert (accepted.status, accepted.member_id) == (status, whose)
    assert accepted.counted_at == (NOW if status == "accepted" else None)


def test_E3_only_what_is_in_review_is_decided():
    counts = fact(status="accepted", member_id=MEMBER)
    for decide in (
        lambda: claims.accept_own(counts, None, NOW),
        lambda: claims.accept_follower(counts, BOUGHT, NOW),
        lambda: claims.reject(counts),
    ):
        with pytest.raises(NotInReview) as refused:
            decide()
        assert refused.value.numbers == {"stands": "accepted"}


def test_P7_an_accepted_return_takes_what_is_left():
    late = fact("return")
    accepted = claims.accept_follower(late, BOUGHT, NOW)
    assert (accepted.status, accepted.member_id) == ("accepted", MEMBER)
    assert returns.read_units(accepted.taken) == (ReturnedLine(line_id="1", quantity=2),)
    assert claims.accept_follower(late, None, NOW).status == "waiting"
    with pytest.raises(PurchaseRejected):
        claims.accept_follower(late, replace(BOUGHT, status="rejected"), NOW)
    with pytest.raises(ReturnExceedsPurchase):
        claims.accept_follower(late, replace(BOUGHT, left={"1": Line(2, 200, 0)}), NOW)


@pytest.mark.parametrize(
    ("purchase", "status", "keeps_units"),
    [
        pytest.param("accepted", "accepted", True, id="counts with it"),
        pytest.param("unclaimed", "unclaimed", True, id="waits for the claim with it"),
        pytest.param("rejected", "review", False, id="is looked at when it is rejected"),
    ],
)
def test_P7_a_return_follows_its_purchase(purchase, status, keeps_units):
    waiting = fact("return", status="waiting", taken=facts.canonical(UNITS))
    (following,) = claims.follow(fact(status=purchase, member_id=MEMBER), [waiting], NOW)
    assert following.status == status
    assert (following.taken is not None) is keeps_units


@given(st.permutations(range(4)), st.lists(st.integers(1, 3), min_size=4, max_size=4))
def test_P7_waiting_returns_are_decided_in_recorded_order(order, counts):
    waiting = [
        fact(
            "return",
            status="waiting",
            source_ref=f"b{number}",
            fact_id=FactId(f"f{number}"),
            occurred_at=NOW,
            recorded_at=NOW + timedelta(seconds=number),
            content=facts.canonical((ReturnedLine(line_id="1", quantity=count),)),
        )
        for number, count in enumerate(counts)
    ]
    books = {("till", "r1"): replace(BOUGHT, left={"1": Line(5, 500, 5)})}
    settled = claims.settle_waiting([waiting[place] for place in order], books, NOW)
    left, expected = 5, []
    for count in counts:
        expected.append("accepted" if count <= left else "review")
        left -= count if count <= left else 0
    assert [one.status for one in settled] == expected
    assert [one.reason for one in settled if one.status == "review"] == [
        "exceeds_purchase"
    ] * expected.count("review")
