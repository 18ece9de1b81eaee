"""P5, P7 and E6, by chance: rating agrees with a plain evaluator that shares nothing with it."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from points_svc.domain import explain, worth
from points_svc.domain.basis import AccrualBasis, Line, Rate
from points_svc.domain.facts import Back, Purchased, Returned
from points_svc.domain.programme import Settings
from points_svc.domain.publication import compiled
from points_svc.domain.rules_document import RulesDocument
from points_svc.domain.targets import targets
from points_testing.ledger import shanghai
from points_testing.naive_rating import Naive

CATEGORIES, SKUS, STORES = ("wine", "food", "tea"), ("a", "b"), ("s1", "s2")
TIERS, KINDS = ("regular", "gold"), ("card", "gift")
NOON = shanghai("2026-05-01 12:00")
SETTINGS = Settings(zone="Asia/Shanghai", currency="CNY", minor_units=2, base_tier="regular")
DECIMALS = st.sampled_from(["0", "0.5", "1", "1.1", "1.25", "2", "3.333333"])


def some(values: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2)


LEAVES = st.one_of(
    some(CATEGORIES).map(lambda v: {"category": v}),
    some(SKUS).map(lambda v: {"sku": v}),
    some(STORES).map(lambda v: {"store": v}),
    some(KINDS).map(lambda v: {"payment": v}),
    some(TIERS).map(lambda v: {"tier": v}),
    st.integers(0, 9_000).map(lambda n: {"order_amount": {"at_least_minor": n}}),
    st.integers(1, 9_000).map(lambda n: {"line_amount": {"below_minor": n}}),
    st.integers(1, 5).map(lambda n: {"line_quantity": {"at_least": n}}),
    st.booleans().map(lambda b: {"first_purchase": b}),
    st.sampled_from(["fri", "sat"]).map(lambda day: {"time": {"weekdays": [day]}}),
    st.sampled_from(["2026-04-30", "2026-05-01", "2026-05-02"]).map(
        lambda day: {"time": {"first_on": day}}
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)
GIVING = st.one_of(
    st.builds(
        lambda points, of: {"kind": "per_unit", "points": points, "of": of},
        DECIMALS,
        st.sampled_from(["net", "gross"]),
    ),
    DECIMALS.map(lambda points: {"kind": "per_item", "points": points}),
    st.integers(0, 50).map(lambda points: {"kind": "fixed", "points": points}),
)
EFFECTS = {
    "base": GIVING,
    "multiplier": st.one_of(
        DECIMALS.map(lambda by: {"kind": "multiply", "by": by}),
        DECIMALS.map(lambda by: {"kind": "by_tier", "multipliers": {"gold": by}}),
    ),
    "bonus": GIVING,
    "cap": st.integers(0, 200).map(lambda points: {"kind": "at_most", "points": points}),
}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    rules = []
    for n in range(draw(st.integers(1, 7))):
        phase = draw(st.sampled_from(sorted(EFFECTS)))
        rule = {
            "rule": f"rule_{draw(st.integers(0, 9))}_{n}",
            "point_type": "points",
            "phase": phase,
            "effect": draw(EFFECTS[phase]),
            "priority": draw(st.integers(-1, 1)),
        }
        if draw(st.booleans()):
            rule["when"] = draw(TREES)
        if phase in {"multiplier", "bonus"} and draw(st.booleans()):
            rule["exclusive_group"] = draw(st.sampled_from(["g", "h"]))
        rules.append(rule)
    rounding = {
        "mode": draw(st.sampled_from(["floor", "half_up", "half_even", "ceil"])),
        "level": draw(st.sampled_from(["order", "line", "rule"])),
    }
    terms = {"point_type": "points", "is_burnable": True, "expiry": {"kind": "never"}}
    return {"name": "d", "point_types": [{**terms, "rounding": rounding}], "rules": rules}


@st.composite
def purchases(draw: st.DrawFn, document: dict[str, Any]) -> Purchased:
    lines = tuple(
        Line(
            str(n),
            draw(st.integers(1, 4)),
            draw(st.integers(0, 9_999)),
            draw(st.sampled_from(SKUS)),
            draw(st.sampled_from(CATEGORIES)),
            "",
            draw(st.integers(0, 500)),
        )
        for n in range(draw(st.integers(1, 4)))
    )
    rate = Rate(draw(st.sampled_from(TIERS)), None, 0, (), draw(st.booleans()))
    kinds = tuple(draw(st.lists(st.sampled_from(KINDS), max_size=2)))
    store = draw(st.sampled_from(STORES))
    basis = AccrualBasis(lines, rate, currency="CNY", store_id=store, payments=kinds)
    rules = compiled(1, None, RulesDocument.model_validate(document), SETTINGS)
    return Purchased("m", "p", NOON, basis, rules)


BACKS = st.lists(
    st.builds(
        Back, st.sampled_from(["0", "1", "2", "3"]), st.integers(0, 2), st.integers(0, 3_000)
    ),
    max_size=3,
).map(tuple)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_P5_rating_agrees_with_the_plain_evaluator(data: st.DataObject):
    """Of everything, and of what is kept after returns of units and of value; by line."""
    document = data.draw(documents())
    bought = data.draw(purchases(document))
    (rule,) = bought.rules.points
    kept = worth.all_of(bought)
    shown = [share.points for share in explain.accrual(bought, rule).lines]
    assert shown == Naive(document, bought, kept).by_line()
    used = bought.basis.rate
    assert worth.points_as_bought(bought, rule, bought.around(used)) == sum(shown)
    for backs in data.draw(st.lists(BACKS, max_size=3)):
        kept = worth.less(kept, backs)
        assert worth.points(bought, rule, used, kept) == sum(
            Naive(document, bought, kept).by_line()
        )


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_P7_no_return_gives_points_and_reversals_never_exceed_the_accrual(data: st.DataObject):
    document = data.draw(documents())
    bought = data.draw(purchases(document))
    (rule,) = bought.rules.points
    returns = [
        Returned("p", f"r{n}", NOON, backs)
        for n, backs in enumerate(data.draw(st.lists(BACKS, max_size=4)))
    ]
    accrual, *reversals = targets(bought, rule, bought.basis.rate, returns)
    assert accrual.points >= 0
    assert all(one.points >= 0 for one in reversals)
    assert sum(one.points for one in reversals) <= accrual.points
    shuffled = data.draw(st.permutations(returns))
    assert [accrual, *reversals] == list(targets(bought, rule, bought.basis.rate, shuffled))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_P6_tiers_that_no_rule_tells_apart_are_worth_the_same(data: st.DataObject):
    document = data.draw(documents())
    bought = data.draw(purchases(document))
    (rule,) = bought.rules.points
    kept = worth.less(worth.all_of(bought), data.draw(BACKS))
    used = bought.basis.rate
    points = [
        worth.points(bought, rule, Rate(tier, None, 0, (), used.is_first), kept) for tier in TIERS
    ]
    assert rule.purchases.tells_apart(*TIERS) or points[0] == points[1]
