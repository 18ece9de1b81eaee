"""What accrual rules bring in each tier, as far as it can be said without a purchase (T7, P5)."""

from datetime import UTC, datetime
from fractions import Fraction

import msgspec
import pytest

from tier_svc.domain.accrual import DocumentTold, RulesTold, decimal, holds, in_force, rates

TIERS = ("regular", "silver", "gold")
BY_TIER = {"kind": "by_tier", "multipliers": {"silver": "1.25", "gold": "2"}}


def rule(name, phase, effect, **more):
    return {"rule": name, "point_type": "points", "phase": phase, "effect": effect} | more


def per_unit(points, **more):
    return {"kind": "per_unit", "points": points} | more


def told(*rules, point_type=(), **more):
    document = {
        "point_types": [{"point_type": "points", **dict(point_type)}, {"point_type": "growth"}],
        "rules": list(rules),
        **more,
    }
    return RulesTold(7, "published", None, msgspec.convert(document, DocumentTold))


BASE = rule("base", "base", per_unit("1"))
CASES = {
    "base alone": ([BASE], "1 1 1", []),
    "by tier; who is not named by 1": ([BASE, rule("t", "multiplier", BY_TIER)], "1 1.25 2", []),
    "multipliers all multiply": (
        [
            BASE,
            rule("t", "multiplier", BY_TIER),
            rule("m", "multiplier", {"kind": "multiply", "by": "1.5"}),
        ],
        "1.5 1.875 3",
        [],
    ),
    "bonuses add and are not multiplied": (
        [BASE, rule("t", "multiplier", BY_TIER), rule("b", "bonus", per_unit("0.5"))],
        "1.5 1.75 2.5",
        [],
    ),
    "a birthday is left out": (
        [
            BASE,
            rule(
                "birthday",
                "multiplier",
                {"kind": "multiply", "by": "2"},
                when={"occasion": ["birthday"]},
            ),
        ],
        "1 1 1",
        [("rule", "birthday")],
    ),
    "what a tier decides is counted": (
        [
            BASE,
            rule(
                "m",
                "multiplier",
                {"kind": "multiply", "by": "3"},
                when={"all": [{"tier": ["gold", "silver"]}, {"not": {"tier": ["silver"]}}]},
            ),
        ],
        "1 1 3",
        [],
    ),
    "of the base rules the first, by priority": (
        [BASE, rule("more", "base", per_unit("2"), priority=1, when={"tier": ["gold"]})],
        "1 1 2",
        [],
    ),
    "a base rule behind the one that holds never holds": (
        [BASE, rule("wine", "base", per_unit("2"), priority=-1, when={"category": ["wine"]})],
        "1 1 1",
        [],
    ),
    "a base rule before it is left out": (
        [BASE, rule("wine", "base", per_unit("2"), priority=1, when={"category": ["wine"]})],
        "1 1 1",
        [("rule", "wine")],
    ),
    "of an exclusive group the first": (
        [
            BASE,
            rule("a", "bonus", per_unit("1"), exclusive_group="g"),
            rule("b", "bonus", per_unit("5"), exclusive_group="g"),
        ],
        "2 2 2",
        [],
    ),
    "what money does not give is left out": (
        [
            rule("gross", "base", per_unit("1", of="gross")),
            rule("welcome", "bonus", {"kind": "fixed", "points": 50}),
            rule("each", "bonus", {"kind": "per_item", "points": "1"}),
        ],
        "0 0 0",
        [("rule", "each"), ("rule", "gross"), ("rule", "welcome")],
    ),
    "caps and activities are left out": (
        [
            BASE,
            rule("cap", "cap", {"kind": "at_most", "points": 10}),
            rule("visit", "bonus", {"kind": "fixed", "points": 5}, on="activity"),
        ],
        "1 1 1",
        [("rule", "cap"), ("rule", "visit")],
    ),
    "a group and a phase of one name are two": (
        [BASE, rule("b", "bonus", per_unit("2"), exclusive_group="base")],
        "3 3 3",
        [],
    ),
    "so are a phase and a rule": (
        [
            rule("first", "base", per_unit("1"), priority=1),
            rule("base", "multiplier", {"kind": "multiply", "by": "2"}),
        ],
        "2 2 2",
        [],
    ),
    "and a group and a rule": (
        [
            BASE,
            rule("a", "bonus", per_unit("1"), exclusive_group="promo", priority=1),
            rule("promo", "bonus", per_unit("2")),
        ],
        "4 4 4",
        [],
    ),
    "a group is of one phase": (
        [
            BASE,
            rule("m", "multiplier", {"kind": "multiply", "by": "2"}, exclusive_group="g"),
            rule("b", "bonus", per_unit("2"), exclusive_group="g"),
        ],
        "4 4 4",
        [],
    ),
    "of a group one that may hold takes no place": (
        [
            BASE,
            rule("a", "bonus", per_unit("9"), exclusive_group="g", when={"category": ["wine"]}),
            rule("b", "bonus", per_unit("2"), exclusive_group="g"),
        ],
        "3 3 3",
        [("rule", "a")],
    ),
    "what an effect does not say is left out": (
        [
            BASE,
            rule("b", "bonus", {"kind": "per_unit"}),
            rule("m", "multiplier", {"kind": "multiply"}),
            rule("n", "multiplier", {"kind": "squared", "by": "2"}),
            rule("p", "afterwards", per_unit("1")),
        ],
        "1 1 1",
        [("rule", "b"), ("rule", "m"), ("rule", "n"), ("rule", "p")],
    ),
    "other point types are not looked at": (
        [BASE, {**rule("g", "bonus", {"kind": "fixed", "points": 5}), "point_type": "growth"}],
        "1 1 1",
        [],
    ),
}


@pytest.mark.parametrize(("rules", "per_tier", "left_out"), CASES.values(), ids=CASES)
def test_T7_what_rules_bring_in_each_tier(rules, per_tier, left_out):
    for order in (rules, rules[::-1]):
        found = rates(told(*order), "points", TIERS)
        assert " ".join(decimal(found.points_per_unit[tier]) for tier in TIERS) == per_tier
        assert sorted(found.accrual.left_out) == left_out
        assert found.accrual.version == 7


def test_T7_campaigns_and_other_rounding_are_named():
    campaigns = [{"campaign": "spring", "rules": [BASE]}]
    half_up = {"rounding": {"mode": "half_up", "level": "line"}}
    found = rates(told(BASE, point_type=half_up, campaigns=campaigns), "points", TIERS)
    assert set(found.accrual.left_out) == {("campaign", "spring"), ("rounding", "half_up, line")}


def test_T7_a_point_type_that_no_rule_knows_has_no_rates():
    assert rates(told(BASE), "stars", TIERS) is None


@pytest.mark.parametrize(
    ("when", "is_held"),
    [
        ({"tier": ["gold"]}, True),
        ({"tier": ["silver"]}, False),
        ({"store": ["s1"]}, None),
        ({"not": {"store": ["s1"]}}, None),
        ({"all": [{"tier": ["silver"]}, {"store": ["s1"]}]}, False),
        ({"all": [{"tier": ["gold"]}, {"store": ["s1"]}]}, None),
        ({"any": [{"tier": ["gold"]}, {"store": ["s1"]}]}, True),
        ({"any": [{"tier": ["silver"]}, {"store": ["s1"]}]}, None),
        ({"any": [{"tier": ["silver"]}, {"not": {"tier": ["gold"]}}]}, False),
    ],
)
def test_T7_a_condition_holds_for_a_tier_for_none_or_nobody_knows(when, is_held):
    assert holds(when, "gold") is is_held


def test_E4_the_version_in_force_is_the_last_that_has_begun():
    june, july = (datetime(2026, month, 1, tzinfo=UTC) for month in (6, 7))
    document = told(BASE).document
    first, later, draft = (
        RulesTold(1, "published", None, document),
        RulesTold(3, "published", july, document),
        RulesTold(4, "draft", None, document),
    )
    assert in_force([draft, later, first], june) is first
    assert in_force([draft, later, first], july) is later
    assert in_force([draft], july) is None


@pytest.mark.parametrize(
    ("rate", "shown"), [("0", "0"), ("12", "12"), ("1.25", "1.25"), ("0.002", "0.002")]
)
def test_E6_a_rate_is_shown_as_the_decimal_that_it_is(rate, shown):
    assert decimal(Fraction(rate)) == shown
