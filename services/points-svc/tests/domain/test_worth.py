"""P5, P7 and E6: what a purchase and its kept units are worth."""

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from points_svc.domain import explain, rating, worth
from points_svc.domain.basis import AccrualBasis, Line, Rate
from points_svc.domain.facts import Back, Purchased
from points_testing.ledger import BY_TIER, CLASSIC, shanghai

RULES = CLASSIC.versions[0]
POINTS, GROWTH = RULES.points
START = shanghai("2026-03-02 10:00")


def order(*nets: int, units: int = 1, tier: str = "regular") -> Purchased:
    lines = tuple(Line(str(n), units, net) for n, net in enumerate(nets, 1))
    basis = AccrualBasis(lines, Rate(tier), currency="CNY")
    return Purchased("m", "p", START, basis, RULES)


def as_bought(bought: Purchased, rule=POINTS) -> int:
    used = bought.basis.rate
    return worth.points_as_bought(bought, rule, bought.around(used))


def of_kept(bought: Purchased, *backs: Back) -> int:
    kept = worth.less(worth.all_of(bought), backs)
    return worth.points(bought, POINTS, bought.basis.rate, kept)


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
    assert as_bought(order(*nets, tier=tier)) == points


def test_P5_growth_has_no_multiplier():
    for tier in BY_TIER:
        assert as_bought(order(9_990, tier=tier), GROWTH) == 99


def test_P5_another_currency_counts_for_nothing():
    bought = order(10_000)
    abroad = bought._replace(basis=replace(bought.basis, currency="USD"))
    assert (as_bought(bought), as_bought(abroad), of_kept(abroad)) == (110, 0, 0)


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
    assert of_kept(order(10_000, units=3), Back("1", 3 - kept)) == points


@pytest.mark.parametrize(
    ("backs", "value"),
    [
        pytest.param([Back("1", 0, 1_000)], 9_000, id="a refund lowers the net"),
        pytest.param([Back("1", 0, 20_000)], 0, id="to nothing at most"),
        pytest.param(
            [Back("1", 1), Back("1", 0, 1_000)], 4_000, id="a unit, then value: 5000 − 1000"
        ),
        pytest.param([Back("1", 0, 1_000), Back("1", 1)], 4_500, id="value, then a unit: 9000 / 2"),
        pytest.param([Back("1", 2), Back("1", 0, 5)], 0, id="of what is gone nothing comes back"),
        pytest.param([Back("other", 1)], 10_000, id="a line that was not bought"),
    ],
)
def test_P7_value_that_comes_back_is_folded_over_the_returns(backs, value):
    bought = order(10_000, units=2)
    assert worth.net_minor(worth.less(worth.all_of(bought), backs)) == value


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
    found = explain.accrual(order(*nets, tier="silver"), POINTS).lines
    assert [share.points for share in found] == shares


NETS = st.lists(st.integers(0, 10**6), max_size=8)


@given(NETS, st.sampled_from(sorted(BY_TIER)))
def test_E6_shares_are_within_a_point_of_exact_and_sum_to_the_order(nets, tier):
    bought = order(*nets, tier=tier)
    found = explain.accrual(bought, POINTS).lines
    assert sum(share.points for share in found) == as_bought(bought)
    assert all(abs(Fraction(share.exact) - share.points) < 1 for share in found)


@given(NETS, st.integers(1, 5), st.sampled_from(sorted(BY_TIER)))
def test_whole_numbers_fractions_and_all_rules_agree(nets, units, tier):
    bought = order(*nets, units=units, tier=tier)
    scene = worth.scene(bought, bought.around(bought.basis.rate))
    assert of_kept(bought) == as_bought(bought) == rating.worth(POINTS.purchases, scene)
    assert 0 <= of_kept(bought, Back("1", 2), Back("unknown", 1)) <= as_bought(bought)


def test_P7_the_fold_of_units_and_value_is_by_occurrence_not_by_arrival():
    """Of one return after another only their order in time counts; within a return, its own."""
    bought = order(9_999, units=3)
    ends = {
        worth.net_minor(worth.less(worth.all_of(bought), order_of))
        for order_of in permutations([Back("1", 1), Back("1", 1)])
    }
    assert ends == {Fraction(3_333)}
