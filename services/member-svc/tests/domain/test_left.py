"""What returns leave of a line: units, and the exact value of those that are kept."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.purchases import PurchaseLine, ReturnedLine
from contracts.ids import FactId, MemberId
from contracts.refusal import Refusal
from member_svc.domain.left import RETURNS_MAX, Bought, Decided, choose, left_of
from member_svc.domain.refusals import ReturnExceedsPurchase, TooManyReturns

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def bought(quantity, net_minor, taken=(), returns=0):
    """A purchase of one line, less what returns took."""
    line = PurchaseLine(
        line_id="1",
        sku="s",
        category="c",
        quantity=quantity,
        amount_minor=net_minor,
        net_minor=net_minor,
    )
    left = left_of([line], taken)
    return Bought(FactId("p"), MemberId("m"), "accepted", NOW, left, returns or len(taken))


def back(hour, quantity=0, refund_minor=0):
    """A return of line 1, that many hours after the purchase."""
    line = ReturnedLine(line_id="1", quantity=quantity, refund_minor=refund_minor)
    return Decided(NOW + timedelta(hours=hour), FactId(f"f{hour}"), (line,))


def units(hour, quantity):
    return back(hour, quantity=quantity)


def money(hour, refund_minor):
    return back(hour, refund_minor=refund_minor)


@pytest.mark.parametrize(
    ("line", "taken", "value"),
    [
        pytest.param((3, 100), [], "100", id="nothing came back"),
        pytest.param((3, 100), [units(1, 1)], "200/3", id="a unit takes its share, exactly"),
        pytest.param((3, 100), [money(1, 10)], "90", id="money is taken off"),
        pytest.param((2, 100), [money(1, 10), units(2, 1)], "45", id="units share what is left"),
        pytest.param((2, 100), [units(2, 1), money(1, 10)], "45", id="whoever was told first"),
        pytest.param((2, 100), [units(1, 1), money(2, 10)], "40", id="in business order"),
        pytest.param((2, 100), [money(2, 80), units(1, 1)], "0", id="never below zero"),
        pytest.param((2, 100), [units(0, 2), money(5, 10)], "0", id="money of what was voided"),
        pytest.param((1, 0), [], "0", id="a gift is worth nothing"),
    ],
)
def test_P7_the_kept_units_are_worth(line, taken, value):
    assert bought(*line, taken=taken).left["1"].value_minor() == Fraction(value)


@pytest.mark.parametrize(
    ("line", "taken", "asked", "numbers"),
    [
        pytest.param((1, 100), [], 100, None, id="all of it"),
        pytest.param((1, 100), [], 101, (101, 100), id="never more than it cost"),
        pytest.param((3, 100), [units(1, 1)], 66, None, id="up to what the rest is worth"),
        pytest.param((3, 100), [units(1, 1)], 67, (67, 66), id="to the fraction"),
        pytest.param((1, 100), [money(1, 60)], 41, (41, 40), id="less what was refunded"),
        pytest.param((1, 100), [units(1, 1)], 1, (1, 0), id="nothing of what came back"),
        pytest.param((1, 0), [], 1, (1, 0), id="nothing of a gift"),
    ],
)
def test_P7_money_comes_back(line, taken, asked, numbers):
    lines = (ReturnedLine(line_id="1", quantity=0, refund_minor=asked),)
    found = choose(bought(*line, taken=taken), lines)
    if numbers is None:
        assert found == lines
    else:
        assert isinstance(found, ReturnExceedsPurchase)
        assert (found.numbers["asked_minor"], found.numbers["left_minor"]) == numbers


def test_P7_money_of_a_line_that_was_not_bought_never_comes_back():
    asked = (ReturnedLine(line_id="2", quantity=0, refund_minor=1),)
    assert isinstance(choose(bought(1, 100), asked), ReturnExceedsPurchase)


def test_P7_all_that_is_left_is_units_whatever_money_went():
    left = bought(3, 100, [money(1, 100), units(2, 1)])
    assert choose(left, None) == (ReturnedLine(line_id="1", quantity=2),)


ASKS = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.integers(1, 60)),
    max_size=8,
    unique_by=lambda a: a[0],
)


def naive_value(quantity, net_minor, taken):
    """The value of a line by the page: one return after another."""
    value, kept = Fraction(net_minor), quantity
    for one in sorted(taken, key=lambda each: (each.occurred_at, each.fact_id)):
        (line,) = one.lines
        if line.refund_minor:
            value = max(Fraction(0), value - line.refund_minor)
        else:
            value = value * (kept - line.quantity) / kept
            kept -= line.quantity
    return value


@given(ASKS, st.integers(1, 4), st.integers(0, 100))
def test_P7_what_is_decided_never_gives_back_more_than_was_paid(asks, quantity, net_minor):
    decided = []
    for hour, is_money, count in asks:
        one = money(hour, count) if is_money else units(hour, 1 + count % 3)
        left = bought(quantity, net_minor, decided)
        if not isinstance(choose(left, one.lines), Refusal):
            decided.append(one)
    line = bought(quantity, net_minor, decided).left["1"]
    assert line.value_minor() == naive_value(quantity, net_minor, decided)
    assert 0 <= line.value_minor() <= net_minor
    assert line.units >= 0
    assert line.units or line.value_minor() == 0
    refunded = sum(each.lines[0].refund_minor for each in decided)
    assert refunded <= net_minor


@pytest.mark.parametrize("line", [units(1, 1).lines, money(1, 1).lines], ids=["units", "money"])
def test_P7_a_purchase_comes_back_in_a_bounded_number_of_parts(line):
    assert choose(bought(9, 100, returns=RETURNS_MAX - 1), line) == line
    full = bought(9, 100, returns=RETURNS_MAX)
    refused = choose(full, line)
    assert isinstance(refused, TooManyReturns)
    assert refused.numbers == {"limit": RETURNS_MAX}
    assert choose(full, None) == (ReturnedLine(line_id="1", quantity=9),)
