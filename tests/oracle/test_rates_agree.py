"""What tier-svc derives from accrual rules is what points-svc rates a purchase by them (T7, P5)."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from points_svc.domain.publication import compiled_rule
from points_svc.domain.rating import tally
from points_svc.domain.rule_document import AccrualRule
from points_svc.domain.rule_sets import RuleSet
from points_svc.domain.scenes import Around, Item, Scene
from tier_svc.domain.accrual import DocumentTold, RulesTold, rates

UNIT_MINOR = 100
TIERS = ("regular", "silver", "gold")
NAMES = ("base", "multiplier", "bonus", "g", "h", "promo")
"""Of rules and of groups, and of phases too: none of them stands for another."""
DECIMALS = st.sampled_from(["0", "0.1", "0.25", "1", "1.5", "2", "3.125"])
TIER = st.builds(lambda tiers: {"tier": sorted(tiers)}, st.sets(st.sampled_from(TIERS), min_size=1))
DECIDED = st.recursive(
    TIER,
    lambda parts: st.one_of(
        st.builds(lambda part: {"not": part}, parts),
        st.builds(
            lambda word, several: {word: several},
            st.sampled_from(["all", "any"]),
            st.lists(parts, min_size=1, max_size=3),
        ),
    ),
    max_leaves=4,
)
WINE = st.builds(
    lambda part, word: {word: [part, {"category": ["wine"]}]},
    DECIDED,
    st.sampled_from(["all", "any"]),
)
"""Bread does not meet it where only wine would; then it is not known without the purchase."""
GIVEN = st.builds(lambda points: {"kind": "per_unit", "points": points}, DECIMALS)
FACTORS = st.one_of(
    st.builds(lambda by: {"kind": "multiply", "by": by}, DECIMALS),
    st.builds(
        lambda by: {"kind": "by_tier", "multipliers": by},
        st.dictionaries(st.sampled_from(TIERS), DECIMALS, min_size=1),
    ),
)
EFFECTS = {"base": GIVEN, "multiplier": FACTORS, "bonus": GIVEN}


@st.composite
def a_rule(draw: st.DrawFn, name: str) -> dict[str, Any]:
    phase = draw(st.sampled_from(["base", "multiplier", "bonus"]))
    group = None if phase == "base" else draw(st.none() | st.sampled_from(NAMES[:4]))
    when = draw(st.one_of(st.none(), DECIDED, WINE))
    return {
        "rule": name,
        "point_type": "points",
        "phase": phase,
        "effect": draw(EFFECTS[phase]),
        "priority": draw(st.integers(-1, 1)),
        **({} if group is None else {"exclusive_group": group}),
        **({} if when is None else {"when": when}),
    }


@st.composite
def some_rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    return [draw(a_rule(name)) for name in names]


def derived(rules: list[dict[str, Any]]) -> dict[str, Fraction]:
    document = {"point_types": [{"point_type": "points"}], "rules": rules}
    told = RulesTold(1, "published", None, msgspec.convert(document, DocumentTold))
    found = rates(told, "points", TIERS)
    assert found is not None
    return dict(found.points_per_unit)


def rated(rules: list[dict[str, Any]], tier: str) -> Fraction:
    """A whole unit of money's worth of bread."""
    own = [compiled_rule(AccrualRule.model_validate(rule), UNIT_MINOR) for rule in rules]
    bread = Item("1", 1, UNIT_MINOR, UNIT_MINOR, category="bread")
    around = Around(datetime(2026, 1, 1, tzinfo=UTC), tier=tier)
    found = tally(RuleSet(own), Scene([bread], around, ZoneInfo("UTC")))
    return Fraction(sum(found.sums)) * Fraction(1, found.denominator)


@settings(max_examples=150)
@given(some_rules())
def test_T7_what_is_derived_of_rules_is_what_they_rate(rules: list[dict[str, Any]]) -> None:
    assert derived(rules) == {tier: rated(rules, tier) for tier in TIERS}
