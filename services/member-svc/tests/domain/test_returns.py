"""Which units come back, where a return stands, and what somebody has to look at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.purchases import PurchaseLine, ReturnedLine
from contracts.ids import FactId, MemberId
from member_svc.domain import facts, returns
from member_svc.domain.facts import Answer
from member_svc.domain.left import Bought, Decided, Line, choose, left_of
from member_svc.domain.programme import MemberProgramme, Terms
from member_svc.domain.refusals import OccurredInFuture, ReturnExceedsPurchase
from member_svc.domain.returns import Return

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = Terms(
    "1",
    MemberProgramme(zone="Asia/Shanghai", currency="CNY", minor_units=2, default_region="CN"),
)
PURCHASE = ("till", "p1")
LINES = [
    PurchaseLine(
        line_id=name, sku="s", category="c", quantity=units, amount_minor=900, net_minor=900
    )
    for name, units in (("1", 3), ("2", 1))
]


def left(**counts):
    return {name: Line(max(count, 1), 900, count) for name, count in counts.items()}


BOUGHT = Bought(
    FactId("f1"), MemberId("m1"), "accepted", NOW - timedelta(days=10), left(**{"1": 3, "2": 1})
)


def units(**counts):
    return tuple(ReturnedLine(line_id=line, quantity=count) for line, count in counts.items())


def back(lines=None, at=NOW, ref="b1"):
    return Return(
        source="till",
        source_ref=ref,
        purchase_source="till",
        purchase_ref="p1",
        occurred_at=at,
        lines=lines,
        told=returns.told(PURCHASE, at, lines),
    )


@pytest.mark.parametrize(
    ("units_left", "asked", "taken"),
    [
        pytest.param({"1": 3}, {"1": 2}, {"1": 2}, id="the named units"),
        pytest.param({"1": 3}, {"1": 3}, {"1": 3}, id="the last unit too"),
        pytest.param({"1": 3}, {"1": 4}, None, id="never more than is left"),
        pytest.param({"1": 3}, {"2": 1}, None, id="never what was not bought"),
        pytest.param({"1": 3, "2": 0}, None, {"1": 3}, id="unnamed: all that is left"),
        pytest.param({"1": 0}, None, None, id="unnamed: nothing left"),
        pytest.param({"1": 1, "2": 1}, {"1": 1, "2": 2}, None, id="all or nothing"),
    ],
)
def test_P7_a_return_takes(units_left, asked, taken):
    lines = None if asked is None else units(**asked)
    found = choose(replace(BOUGHT, left=left(**units_left)), lines)
    assert found == units(**taken) if taken else isinstance(found, ReturnExceedsPurchase)


@pytest.mark.parametrize(
    ("bought", "status", "is_decided"),
    [
        pytest.param(BOUGHT, "accepted", True, id="of one that counts: it counts"),
        pytest.param(replace(BOUGHT, status="unclaimed"), "unclaimed", True, id="of an unclaimed"),
        pytest.param(replace(BOUGHT, status="review"), "waiting", True, id="of one in review"),
        pytest.param(replace(BOUGHT, status="rejected"), "review", False, id="of a rejected one"),
        pytest.param(None, "waiting", False, id="before its purchase"),
        pytest.param(
            replace(BOUGHT, occurred_at=NOW - timedelta(days=400)), "accepted", True, id="day 400"
        ),
        pytest.param(
            replace(BOUGHT, occurred_at=NOW - timedelta(days=400, microseconds=1)),
            "review",
            False,
            id="T4: later than 400 days",
        ),
    ],
)
def test_P7_a_return_stands_where_its_purchase_stands(bought, status, is_decided):
    fact, taken = returns.take_in(back(units(**{"1": 1})), bought, NOW, TERMS)
    assert (fact.status, fact.first_status) == (status, status)
    assert (fact.taken is not None) is is_decided
    assert (taken is not None) is is_decided
    assert fact.counted_at == (NOW if status == "accepted" else None)


def test_E3_a_return_told_too_late_is_looked_at_undecided():
    fact, taken = returns.take_in(back(at=NOW - timedelta(days=401)), BOUGHT, NOW, TERMS)
    assert (fact.status, fact.reason, taken) == ("review", "late", None)


def test_E3_a_return_from_the_future_is_refused():
    refused = returns.take_in(back(at=NOW + timedelta(minutes=6)), BOUGHT, NOW, TERMS)
    assert isinstance(refused, OccurredInFuture)


def test_E1_the_order_of_its_lines_is_no_content():
    one, other = units(**{"1": 1, "2": 1}), units(**{"2": 1, "1": 1})
    assert back(one).told == back(other).told
    assert back(one).told != back(None).told


def test_E1_what_a_return_of_units_stands_for_never_changes():
    said = units(**{"1": 2})
    content = b'[{"line_id":"1","quantity":2}]'
    assert facts.canonical(said) == content
    assert back(said).told == facts.content_hash("till\0p1", NOW, content)
    assert returns.read_units(content) == said


def test_P7_a_void_brings_everything_back_at_the_purchases_own_instant():
    void = returns.void(PURCHASE, BOUGHT.occurred_at)
    fact, taken = returns.take_in(void, BOUGHT, NOW, TERMS)
    assert (fact.kind, fact.source_ref, fact.occurred_at) == ("void", "p1", BOUGHT.occurred_at)
    assert taken == units(**{"1": 3, "2": 1})
    assert fact.fact_id not in {BOUGHT.fact_id, back(ref="p1", at=BOUGHT.occurred_at).told}


ASKS = st.lists(
    st.one_of(
        st.none(),
        st.dictionaries(st.sampled_from("12"), st.integers(1, 4), min_size=1),
    ),
    max_size=8,
)


@given(ASKS)
def test_P7_units_never_come_back_twice_and_refusals_take_nothing(asks):
    books = {PURCHASE: BOUGHT}
    asked = [
        back(None if ask is None else units(**ask), ref=f"b{number}")
        for number, ask in enumerate(asks)
    ]
    answers, new = returns.take_in_all(asked, {}, books, NOW, TERMS)
    assert [isinstance(one, Answer) for one in answers].count(True) == len(new)
    taken = [Decided(one.occurred_at, one.fact_id, returns.read_units(one.taken)) for one in new]
    assert all(len(one.lines) > 0 for one in taken)
    assert books[PURCHASE].left == left_of(LINES, taken)


@given(ASKS, st.integers(0, 8))
def test_P7_a_batch_decides_as_one_after_another(asks, cut):
    asked = [
        back(None if ask is None else units(**ask), ref=f"b{number}")
        for number, ask in enumerate(asks)
    ]
    whole = {PURCHASE: BOUGHT}
    together, _ = returns.take_in_all(asked, {}, whole, NOW, TERMS)
    split = {PURCHASE: BOUGHT}
    first, _ = returns.take_in_all(asked[:cut], {}, split, NOW, TERMS)
    second, _ = returns.take_in_all(asked[cut:], {}, split, NOW, TERMS)
    assert [type(one) for one in together] == [type(one) for one in [*first, *second]]
    assert whole == split


def test_more_back_than_was_bought_is_a_mistake_of_ours():
    with pytest.raises(AssertionError):
        left_of(LINES, [Decided(NOW, FactId("f9"), units(**{"2": 2}))])
