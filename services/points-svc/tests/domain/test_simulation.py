"""What two readings of the rules make of a history, by chance and by hand (P5, T7)."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from points_svc.domain.programme import Settings
from points_svc.domain.publication import compiled
from points_svc.domain.rules import RuleBook
from points_svc.domain.rules_document import RulesDocument
from points_svc.domain.simulation_tally import EDGES, Sums, band, band_of, read_tally, runs_out_on
from points_svc.domain.standings import Standing
from points_testing.histories import NOW, SHORT, hear, histories
from points_testing.ledger import Ledger
from points_testing.simulating import pasts, scenario, tally

SETTINGS = Settings(zone="Asia/Shanghai", currency="CNY", minor_units=2, base_tier="regular")
BY_TIER = {"kind": "by_tier", "multipliers": {"regular": "1.1", "gold": "2"}}


def rule(name: str, phase: str, effect: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"rule": name, "point_type": "points", "phase": phase, "effect": effect, **more}


def written(rate: str, *rules: dict[str, Any], **more: Any) -> RuleBook:
    """A version with this rate of spend, by tier; and growth."""
    document = {
        "name": "drafted",
        "point_types": [
            {"point_type": "points", "is_burnable": True, "expiry": {"kind": "never"}},
            {"point_type": "growth", "is_burnable": False, "expiry": {"kind": "never"}},
        ],
        "rules": [
            rule("spend", "base", {"kind": "per_unit", "points": rate}),
            rule("tier", "multiplier", BY_TIER),
            *rules,
            rule("growth", "base", {"kind": "per_unit", "points": "1"}) | {"point_type": "growth"},
        ],
        **more,
    }
    return RuleBook.of([compiled(1, None, RulesDocument.model_validate(document), SETTINGS)])


RICH = written(
    "1.25",
    rule("welcome", "bonus", {"kind": "fixed", "points": 33}, when={"tier": ["silver"]}),
    rule("per_item", "bonus", {"kind": "per_item", "points": "3"}),
    rule("most", "cap", {"kind": "at_most", "points": 250}),
    rule("monthly", "cap", {"kind": "at_most", "points": 400, "per": "member_month"}),
    campaigns=[
        {
            "campaign": "spring",
            "from": "2026-03-05",
            "to": "2026-03-25",
            "budget": 100,
            "caps": {"per_member_day": 40},
            "rules": [rule("double", "multiplier", {"kind": "multiply", "by": "2"})],
        }
    ],
)


def lived(book: RuleBook, history) -> tuple[Ledger, Standing]:
    ledger = Ledger(book)
    ledger.at(NOW)
    for fact in history.facts:
        hear(ledger, fact)
    return ledger, Standing({"main": ledger.timeline})


@settings(max_examples=60, deadline=None)
@given(histories())
def test_T7_a_version_against_its_own_history_changes_nothing(history):
    ledger, standing = lived(SHORT, history)
    found = tally(scenario(SHORT, SHORT), standing, pasts(ledger))
    assert found.cells
    for _, sums in found.by("point_type", "month", "tier"):
        assert sums.posted == sums.before == sums.after
        assert not sums.changed
    assert all(not members.up and not members.down for members in found.members.values())
    assert all(was == now for was, now in found.parts.values())


@settings(max_examples=40, deadline=None)
@given(histories())
def test_T7_what_rules_brought_sums_to_what_facts_are_worth(history):
    ledger, standing = lived(SHORT, history)
    found = tally(scenario(SHORT, RICH), standing, pasts(ledger))
    total = dict(found.by("point_type"))
    for name in ("points", "growth"):
        parts = [both for (of, _), both in found.parts.items() if of == name]
        sums = total[name,]
        assert (sum(was for was, _ in parts), sum(now for _, now in parts)) == (
            sums.before,
            sums.after,
        )
    assert read_tally(found.written()) == found


@settings(max_examples=25, deadline=None)
@given(histories())
def test_T7_the_two_sides_mirror_each_other(history):
    ledger, standing = lived(SHORT, history)
    there = tally(scenario(SHORT, RICH), standing, pasts(ledger))
    back = tally(scenario(RICH, SHORT), standing, pasts(ledger))
    for (_, one), (_, other) in zip(
        there.by("point_type", "month"), back.by("point_type", "month"), strict=True
    ):
        assert (one.before, one.after) == (other.after, other.before)


@settings(max_examples=25, deadline=None)
@given(histories())
def test_T7_twice_the_rate_is_twice_the_points_where_nothing_is_rounded(history):
    ledger, standing = lived(SHORT, history)
    found = tally(scenario(written("100"), written("200")), standing, pasts(ledger))
    sums = dict(found.by("point_type"))["points",]
    assert abs(sums.after - 2 * sums.before) <= sums.facts


@pytest.mark.parametrize(
    ("change", "least", "most"),
    [
        pytest.param(0, 0, 0, id="none"),
        pytest.param(1, 1, 1, id="one"),
        pytest.param(4, 2, 4, id="two to four"),
        pytest.param(-60, -99, -50, id="below zero"),
        pytest.param(19_999, 10_000, 19_999, id="to the last"),
        pytest.param(10**9, 10**9, 2 * 10**9 - 1, id="many"),
        pytest.param(9 * 10**9, 5 * 10**9, 10**10 - 1, id="the last band"),
    ],
)
def test_T7_a_change_lies_in_one_band(change, least, most):
    assert band(band_of(change)) == (least, most)


def test_T7_bands_follow_each_other_without_a_gap():
    for one, following in pairwise(EDGES):
        assert band(one)[1] + 1 == following


def test_T7_a_budget_runs_out_on_the_day_that_asks_for_more():
    days = {"2026-03-05": 60, "2026-03-06": 40, "2026-03-08": 1}
    assert runs_out_on(days, 99) == "2026-03-06"
    assert runs_out_on(days, 100) == "2026-03-08"
    assert runs_out_on(days, 101) is None


def test_T7_sums_add_up_field_by_field():
    assert Sums(1, 1, 2, 3, 5).plus(Sums(1, 0, 1, 1, 1)) == Sums(2, 1, 3, 4, 6)
