"""P5 and E6: what a basket is worth by many rules; every sum worked out by hand."""

from fractions import Fraction

import pytest

from points_svc.domain.effects import Fixed, Multiply
from points_svc.domain.rating import by_line, tally, worth
from points_svc.domain.rounding import Rounding
from points_svc.domain.rule_sets import Picked, RuleSet
from points_svc.domain.scenes import Around
from points_testing.scenes import (
    NOON,
    at_most,
    basket,
    by_tier,
    each,
    item,
    plus,
    rule,
    spend,
    times,
)

WINE = {"category": ["wine"]}
FOOD = {"category": ["food"]}


@pytest.mark.parametrize(
    ("rules", "scene", "points", "lines"),
    [
        pytest.param([spend("1")], basket(item("10.50")), 10, [10], id="floored"),
        pytest.param(
            [spend("1"), spend("3", "wine", WINE, 1)],
            basket(item("10.00", "wine"), item("20.00")),
            50,
            [30, 20],
            id="each line is rated by the matching base rule of highest priority",
        ),
        pytest.param(
            [spend("1", "b"), spend("2", "a")],
            basket(item("10.00")),
            20,
            [20],
            id="of equal priority the first by name",
        ),
        pytest.param(
            [spend("3", "wine", WINE)],
            basket(item("10.00")),
            0,
            [0],
            id="a line that no base rule rates brings nothing",
        ),
        pytest.param(
            [spend("1", gross=True)],
            basket(item("8.00", gross="10.00")),
            10,
            [10],
            id="of gross: before discounts",
        ),
        pytest.param(
            [each("2.5", phase="base")],
            basket(item("9.00", units=3)),
            7,
            [7],
            id="for each unit: three times two and a half",
        ),
        pytest.param(
            [rule("visit", "base", Fixed(Fraction(10)))],
            basket(item("30.00"), item("10.00", sku="s2")),
            10,
            [8, 2],
            id="fixed: once for the order, 7.5 and 2.5 of it by net",
        ),
        pytest.param(
            [spend("1"), rule("wine", "base", Fixed(Fraction(7)), WINE, priority=1)],
            basket(item("30.00", "wine"), item("10.00")),
            17,
            [7, 10],
            id="a fixed base stands for the lines that it rates",
        ),
        pytest.param(
            [rule("gift", "base", Fixed(Fraction(3)))],
            basket(item("0", units=2), item("0", sku="s2", units=1)),
            3,
            [2, 1],
            id="fixed on what costs nothing is shared by units",
        ),
        pytest.param(
            [spend("1"), times("2", "a"), times("1.5", "b")],
            basket(item("9.90")),
            29,
            [29],
            id="all multipliers multiply before the floor: 29.7",
        ),
        pytest.param(
            [spend("1"), times("2", "a", WINE)],
            basket(item("9.00", "wine"), item("1.00")),
            19,
            [18, 1],
            id="a condition on lines multiplies those lines",
        ),
        pytest.param(
            [spend("1"), times("2", "a", None, group="day"), times("3", "b", None, group="day")],
            basket(item("10.00")),
            20,
            [20],
            id="of one group the first by name",
        ),
        pytest.param(
            [
                spend("1"),
                times("2", "a", None, group="day"),
                times("3", "b", WINE, group="day", priority=5),
            ],
            basket(item("10.00", "wine"), item("10.00")),
            50,
            [30, 20],
            id="a line has one rule of a group: the highest priority that holds for it",
        ),
        pytest.param(
            [spend("1"), by_tier(gold="2")],
            basket(item("10.00"), tier="gold"),
            20,
            [20],
            id="by tier",
        ),
        pytest.param(
            [spend("1"), by_tier(gold="2")],
            basket(item("10.00"), tier="silver"),
            10,
            [10],
            id="a tier that is not named is multiplied by 1",
        ),
        pytest.param(
            [spend("1"), times("2"), plus(50)],
            basket(item("10.00"), item("30.00", sku="s2")),
            130,
            [33, 97],
            id="a bonus adds and is never multiplied: 20 + 12.5 and 60 + 37.5",
        ),
        pytest.param(
            [spend("1"), plus(50, "a", WINE)],
            basket(item("10.00", "wine"), item("10.00"), item("30.00", "wine", sku="s2")),
            100,
            [23, 10, 67],
            id="a bonus for some lines is shared among them: 22.5 and 67.5",
        ),
        pytest.param(
            [spend("1"), plus(50, "a", WINE)],
            basket(item("10.00")),
            10,
            [10],
            id="and needs one of them",
        ),
        pytest.param(
            [spend("1"), plus(5, "a", group="g"), plus(7, "b", group="g", priority=1)],
            basket(item("1.00")),
            8,
            [8],
            id="bonuses have groups too",
        ),
        pytest.param(
            [spend("10"), at_most(100)],
            basket(item("30.00"), item("10.00", sku="s2")),
            100,
            [75, 25],
            id="a cap cuts in proportion",
        ),
        pytest.param(
            [spend("10"), at_most(100, "wine", WINE)],
            basket(item("30.00", "wine"), item("10.00")),
            200,
            [100, 100],
            id="a cap on lines cuts those lines",
        ),
        pytest.param(
            [spend("10"), at_most(400, "a"), at_most(90, "b")],
            basket(item("30.00"), item("10.00", sku="s2")),
            90,
            [68, 22],
            id="of several caps the least: 67.5 and 22.5",
        ),
        pytest.param([spend("1"), at_most(0)], basket(item("9.00")), 0, [0], id="a cap of nothing"),
        pytest.param([spend("1")], basket(), 0, [], id="nothing kept is worth nothing"),
        pytest.param([spend("1"), plus(50)], basket(), 0, [], id="whatever the bonuses"),
    ],
)
def test_P5_a_basket_is_worth(rules, scene, points, lines):
    rules = RuleSet(rules)
    assert (worth(rules, scene), by_line(tally(rules, scene))) == (points, lines)


HALVES = basket(item("0.50"), item("1.50", sku="s2"), item("2.50", sku="s3"))


@pytest.mark.parametrize(
    ("mode", "level", "points", "lines"),
    [
        pytest.param("floor", "order", 4, [1, 1, 2], id="4.5 is 4; the first of equal remainders"),
        pytest.param("half_up", "order", 5, [1, 2, 2], id="4.5 is 5"),
        pytest.param("half_even", "order", 4, [1, 1, 2], id="4.5 is 4, the even one"),
        pytest.param("ceil", "order", 5, [1, 2, 2], id="4.5 is 5 at last"),
        pytest.param("floor", "line", 3, [0, 1, 2], id="0 + 1 + 2"),
        pytest.param("half_up", "line", 6, [1, 2, 3], id="1 + 2 + 3"),
        pytest.param("half_even", "line", 4, [0, 2, 2], id="0 + 2 + 2"),
        pytest.param("ceil", "line", 6, [1, 2, 3], id="each up"),
    ],
)
def test_E6_rounding_has_modes_and_levels(mode, level, points, lines):
    rules = RuleSet([spend("1")], Rounding(mode, level))
    assert (worth(rules, HALVES), by_line(tally(rules, HALVES))) == (points, lines)


def test_E6_by_rule_each_base_and_bonus_is_rounded_alone():
    """Wine 2 × 1.6 = 3.2 is 3, food 1.6 is 1, three units at 0.6 each 1.8 is 1: 5, not 6.6."""
    rules = [
        spend("1", "wine", WINE, 1),
        spend("1", "food"),
        times("2", "double", WINE),
        each("0.6"),
    ]
    scene = basket(item("1.60", "wine"), item("1.60", units=2))
    by_rule = RuleSet(rules, Rounding("floor", "rule"))
    assert (worth(by_rule, scene), by_line(tally(by_rule, scene))) == (5, [3, 2])
    assert worth(RuleSet(rules), scene) == 6


def test_E6_a_cap_holds_whatever_the_rounding():
    scene = basket(item("0.50"), item("0.50", sku="s2"))
    for level in ("order", "line", "rule"):
        rules = RuleSet([spend("1"), at_most(1)], Rounding("half_up", level))
        assert worth(rules, scene) == 1


def names(picked: Picked) -> list[str]:
    rules = (*picked.base, *picked.multiplier, *picked.bonus, *picked.cap)
    return [one.name for one in rules]


def test_P5_what_cannot_match_is_not_asked():
    """By category, store, day: found by index, so that a programme pays for what may hold."""
    may = {"time": {"first_on": "2026-05-01", "last_on": "2026-05-31"}}
    june = {"time": {"first_on": "2026-06-10", "last_on": "2026-06-30"}}
    rules = RuleSet(
        [
            spend("1"),
            spend("2", "wine", WINE, 1),
            times("2", "may", may),
            times("2", "june", june),
            times("2", "shop", {"all": [{"store": ["s9"]}, WINE]}),
            plus(5, "either", {"any": [{"store": ["s1"]}, {"category": ["tea"]}]}),
            plus(5, "not", {"not": {"store": ["s1"]}}),
        ]
    )
    picked = rules.pick(basket(item("1.00"), store_id="s1"))
    assert names(picked) == ["spend", "may", "either", "not"]
    picked = rules.pick(basket(item("1.00", "wine"), store_id="s2"))
    assert names(picked) == ["wine", "spend", "may", "not"]


@pytest.mark.parametrize(
    ("rules", "is_plain"),
    [
        pytest.param([spend("1"), by_tier(gold="2")], True, id="one rate, factors by tier"),
        pytest.param([spend("1")], True, id="one rate alone"),
        pytest.param([spend("1", when=WINE)], False, id="not under a condition"),
        pytest.param([spend("1"), spend("2", "b")], False, id="not two rates"),
        pytest.param([spend("1", gross=True)], False, id="not of gross"),
        pytest.param([spend("1"), plus(1)], False, id="not with a bonus"),
        pytest.param([each("1", phase="base")], False, id="not by unit"),
        pytest.param(
            [spend("1"), times("2", "day", {"occasion": ["birthday"]})],
            True,
            id="where what is around leaves no other rule",
        ),
    ],
)
def test_P5_a_plain_set_has_one_rate(rules, is_plain):
    assert (RuleSet(rules).plain(Around(NOON)) is not None) is is_plain


def test_P6_tiers_are_told_apart_where_a_rule_does():
    by_rate = RuleSet([spend("1"), by_tier(gold="2", vip="2", silver="1")])
    assert by_rate.tells_apart("gold", "silver")
    assert not by_rate.tells_apart("gold", "vip")
    assert not by_rate.tells_apart("silver", "unheard")
    by_leaf = RuleSet([spend("1"), times("2", "t", {"not": {"tier": ["gold"]}})])
    assert by_leaf.tells_apart("gold", "vip")
    assert not by_leaf.tells_apart("silver", "vip")
    by_text = RuleSet([spend("1"), times("2", "t", {"cel": "tier == 'gold'"})])
    assert by_text.tells_apart("silver", "vip")
    assert not RuleSet([spend("1"), rule("m", "multiplier", Multiply({}))]).tells_apart("a", "b")
