"""P5: what surprises in a document is named, by what conditions surely say."""

from typing import Any

import pytest

from points_svc.domain.findings import findings
from points_svc.domain.rules_document import RulesDocument

WINE, RED = {"category": ["wine"]}, {"all": [{"category": ["wine"]}, {"sku": ["red"]}]}
UNIT = {"kind": "per_unit", "points": "1"}
TEN = {"kind": "fixed", "points": 10}
DOUBLE = {"kind": "multiply", "by": "2"}


def rule(name: str, when: Any = None, effect: Any = UNIT, phase: str = "base", **more: Any) -> Any:
    written = {"rule": name, "point_type": "points", "phase": phase, "effect": effect, **more}
    return written | ({"when": when} if when else {})


def found(*rules: Any) -> list[tuple[str, str, list[str]]]:
    document = RulesDocument.model_validate(
        {
            "name": "d",
            "point_types": [
                {"point_type": "points", "is_burnable": True, "expiry": {"kind": "never"}}
            ],
            "rules": list(rules),
        }
    )
    return [(one.code, one.rule, list(one.others)) for one in findings(document)]


def in_may(first: str, last: str) -> Any:
    return {"all": [WINE, {"time": {"first_on": f"2026-05-{first}", "last_on": f"2026-05-{last}"}}]}


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        pytest.param([rule("a")], [], id="nothing"),
        pytest.param([rule("a"), rule("b", WINE, priority=1)], [], id="the special one first"),
        pytest.param(
            [rule("a", priority=1), rule("b", WINE)],
            [("always_outranked", "b", ["a"])],
            id="a rule for everything leaves nothing",
        ),
        pytest.param(
            [rule("a", WINE, priority=1), rule("b", RED)],
            [("always_outranked", "b", ["a"])],
            id="nor does one that asks for less",
        ),
        pytest.param(
            [rule("a", RED, priority=1), rule("b", WINE)], [], id="but one that asks for more"
        ),
        pytest.param(
            [rule("a", WINE), rule("b", {"sku": ["red"]})],
            [("overlap", "a", ["b"])],
            id="both may hold, and only their names decide",
        ),
        pytest.param([rule("a", WINE), rule("b", {"category": ["tea"]})], [], id="never both"),
        pytest.param(
            [rule("a", in_may("01", "10")), rule("b", in_may("11", "20"))], [], id="in turn"
        ),
        pytest.param(
            [rule("a", in_may("01", "11")), rule("b", in_may("11", "20"))],
            [("overlap", "a", ["b"])],
            id="on one day both",
        ),
        pytest.param(
            [rule("a"), rule("b", {"all": [WINE, {"category": ["tea"]}]}, priority=1)],
            [("contradicts_itself", "b", [])],
            id="no line is both",
        ),
        pytest.param(
            [rule("a"), rule("b", WINE, TEN, "bonus")],
            [("unbounded", "b", [])],
            id="ten for a cork",
        ),
        pytest.param(
            [rule("a"), rule("b", {"order_amount": {"at_least_minor": 1}}, TEN, "bonus")],
            [],
            id="an amount bounds it",
        ),
        pytest.param(
            [
                rule("a"),
                rule("b", WINE, TEN, "bonus"),
                rule("c", None, {"kind": "at_most", "points": 5}, "cap"),
            ],
            [],
            id="a cap bounds it",
        ),
        pytest.param(
            [rule("a"), rule("t", None, TEN, on="activity")],
            [("unbounded", "t", [])],
            id="an activity that brings points whenever it is told",
        ),
        pytest.param(
            [
                rule("a"),
                *(
                    rule(f"m{n}", None, {"kind": "multiply", "by": "4"}, "multiplier")
                    for n in (1, 2)
                ),
            ],
            [("stacked", "m1", ["m2"])],
            id="four times four is sixteen",
        ),
        pytest.param(
            [
                rule("a"),
                rule("m1", None, DOUBLE, "multiplier", exclusive_group="g", priority=1),
                rule("m2", WINE, DOUBLE, "multiplier", exclusive_group="g"),
            ],
            [("always_outranked", "m2", ["m1"])],
            id="of a group one",
        ),
    ],
)
def test_P5_a_finding_is(rules, names):
    assert found(*rules) == names
