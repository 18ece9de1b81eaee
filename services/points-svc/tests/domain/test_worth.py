"""P5, P7 and E6: what a purchase and its kept units are worth."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from points_svc.domain import accrual, worth
from points_svc.domain.basis import AccrualBasis, Line, Rate
from points_testing.ledger import BY_TIER, CLASSIC, purchase, shanghai

RULES = CLASSIC.versions[0]
POINTS, GROWTH = RULES.points
START = shanghai("2026-03-02 10:00")


def order(*nets: int, units: int = 1) -> AccrualBasis:
    lines = tuple(Line(str(n), units, net) for n, net in enumerate(nets, 1))
    return AccrualBasis(lines, Rate("regular"), currency="CNY")


@pytest.mark.parametrize(
    ("nets", "tier", "points"),
    [
        pytest.param([10_000], "regular", 110, id="a tenth more for a regular member"),
        pytest.param([25_050], "regular", 275, id="floored once, after the multiplier"),
        pytest.param([9_990], "regular", 109, id="109.89 is 109"),
        pytest.param([9_990], "silver", 119, id="silver is one fifth more"),
        pytest.param([60_000, 40_000], "silver", 1_200, id="lines add up before the floor"),
        pytest.param(
            [95, 95], "regular", 2, id="2.09 of two lines is 2, not 1 and 1 floored apart"
        ),
        pytest.param([90], "regular", 0, id="less than a point is none"),
        pytest.param([], "gold", 0, id="nothing bought, nothing gained"),
        pytest.param([100], "diamond", 1, id="a tier that no rule names is rated at 1"),
    ],
)
def test_P5_a_purchase_is_worth(nets, tier, points):
    per_minor = worth.factor(RULES, POINTS, tier)
    assert worth.points_as_bought(order(*nets), per_minor) == points


def test_P5_growth_has_no_multiplier():
    for tier in BY_TIER:
        assert worth.points_as_bought(order(9_990), worth.factor(RULES, GROWTH, tier)) == 99


def test_P5_another_currency_counts_for_nothing():
    bought = accrual.purchased(purchase("p", START, "100.00"), None, CLASSIC)
    abroad = bought._replace(basis=replace(bought.basis, currency="USD"))
    vip = Rate("vip")
    assert (bought.per_minor(POINTS, vip), abroad.per_minor(POINTS, vip)) == (Fraction(1, 50), 0)


@pytest.mark.parametrize(
    ("kept", "points"),
    [
        pytest.param(3, 110, id="all three"),
        pytest.param(2, 73, id="two thirds of 110 is 73.33"),
        pytest.param(1, 36, id="one third of 110 is 36.67"),
        pytest.param(0, 0, id="none"),
    ],
)
def test_P7_a_line_that_keeps_k_of_n_units_counts_net_times_k_over_n(kept, points):
    basis = order(10_000, units=3)
    assert worth.points(basis, {"1": kept}, worth.factor(RULES, POINTS, "regular")) == points


@pytest.mark.parametrize(
    ("nets", "shares"),
    [
        pytest.param([60_000, 40_000], [720, 480], id="exact shares stay"),
        pytest.param([50, 50, 50], [1, 0, 0], id="equal remainders in the order of the lines"),
        pytest.param([110, 190, 120], [1, 2, 2], id="5.04 is 5: the larger remainders come first"),
        pytest.param([0, 100], [0, 1], id="a line of nothing has no share"),
    ],
)
def test_E6_line_points_sum_to_the_orders_by_largest_remainder(nets, shares):
    basis = order(*nets)
    per_minor = worth.factor(RULES, POINTS, "silver")
    found = worth.by_line(basis.lines, worth.all_of(basis.lines), per_minor)
    assert [whole for _, _, whole in found] == shares


NETS = st.lists(st.integers(0, 10**6), max_size=8)


@given(NETS, st.sampled_from(sorted(BY_TIER)))
def test_E6_shares_are_within_a_point_of_exact_and_sum_to_the_order(nets, tier):
    basis = order(*nets)
    per_minor = worth.factor(RULES, POINTS, tier)
    found = worth.by_line(basis.lines, worth.all_of(basis.lines), per_minor)
    assert sum(whole for _, _, whole in found) == worth.points_as_bought(basis, per_minor)
    assert all(abs(exact - whole) < 1 for _, exact, whole in found)


@given(NETS, st.integers(1, 5), st.data())
def test_whole_numbers_and_fractions_agree(nets, units, data):
    basis = order(*nets, units=units)
    per_minor = worth.factor(RULES, POINTS, data.draw(st.sampled_from(sorted(BY_TIER))))
    kept = worth.all_of(basis.lines)
    assert worth.points(basis, kept, per_minor) == worth.points_as_bought(basis, per_minor)
    less = worth.less(kept, [("1", 2), ("unknown", 1)])
    assert 0 <= worth.points(basis, less, per_minor) <= worth.points(basis, kept, per_minor)
    assert worth.net_minor(basis.lines, less) <= Fraction(sum(nets))
