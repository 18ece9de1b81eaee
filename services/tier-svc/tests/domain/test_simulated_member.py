"""What of one member a simulation counts (T7)."""

import pytest

from tests.oracle.simulated import FEBRUARY, MARCH, MEMBER, bought, hand_made, known_of, on
from tier_svc.domain.facts import Fact, HeardReturn, Line, Setting, Taken
from tier_svc.domain.instants import TICK
from tier_svc.domain.scenario import (
    Division,
)
from tier_svc.domain.simulation import Cost, Stretch, see


def test_T7_each_purchase_is_rated_at_the_tier_just_before_it_by_either_side():
    seen = see(hand_made(), MEMBER)
    # by the draft gold from A on, so that B is rated as gold: 60 + ⌊19.99 × 1.5⌋
    assert seen.cost_before == Cost(60 + 19, 0)
    assert seen.cost_after == Cost(60 + 29, 1_999 * 5 // 100 + 2 * 300)
    assert seen.stretches == [
        Stretch(on("2026-02-10T10:00"), on("2026-04-10T10:00"), "regular", "gold")
    ]
    assert (seen.before, seen.after, seen.spend_minor, seen.band_minor) == (
        "regular",
        "regular",
        8_054,
        5_000,
    )


def test_T7_the_distribution_is_looked_at_when_months_end_and_the_period():
    whole, cut = hand_made(), hand_made(to_at=on("2026-04-05T00:00"))
    assert [one.at for one in whole.instants] == [
        on(f"2026-{month}-01T00:00") - TICK for month in ("03", "04", "05")
    ]
    assert [(one.at, one.is_month_end) for one in cut.instants][-1] == (
        on("2026-04-05T00:00") - TICK,
        False,
    )
    assert see(whole, MEMBER).tiers == [
        ("regular", "gold"),
        ("regular", "gold"),
        ("regular", "regular"),
    ]


def test_T7_a_month_that_has_not_ended_costs_nothing_yet():
    cut = hand_made(to_at=on("2026-03-05T00:00"))
    assert see(cut, MEMBER).cost_after.benefit_minor == 300


def test_P6_a_purchase_before_its_own_enrolment_is_rated_at_the_base():
    late = known_of(FEBRUARY, MARCH, enrolled="2026-03-20T00:00")
    assert see(hand_made(), late).cost_after.points == 60 + 19


def test_T7_what_came_back_by_the_end_of_the_period_was_not_spent():
    lines = (Line("1", 2, 6_055, "c"),)
    back = HeardReturn(
        "r", "a", on("2026-04-20T10:00"), on("2026-04-20T10:00"), (Taken("1", 1),), lines, {}
    )
    seen = see(hand_made(), known_of(FEBRUARY, MARCH, returns=(back,)))
    assert seen.spend_minor == 3_027 + 1_999  # 30.275 rounded down with what was kept
    assert seen.cost_before.points == 30 + 19
    earlier = see(
        hand_made(to_at=on("2026-04-20T10:00")), known_of(FEBRUARY, MARCH, returns=(back,))
    )
    assert earlier.spend_minor == 8_054


def test_T7_a_member_whose_time_begins_after_the_period_is_not_counted():
    assert see(hand_made(), known_of(enrolled="2026-05-01T00:00")) is None
    last = see(hand_made(), known_of(enrolled="2026-04-30T23:59"))
    assert last.tiers == [None, None, ("regular", "regular")]


@pytest.mark.parametrize(
    ("division", "segment"),
    [
        pytest.param({}, "", id="nobody asked"),
        pytest.param({"division": Division.STORE}, "s2", id="the most frequent store"),
        pytest.param({"division": Division.CHANNEL}, "till", id="the most frequent channel"),
        pytest.param(
            {"division": Division.ATTRIBUTE, "attribute": "size"}, "3", id="the last value set"
        ),
        pytest.param(
            {"division": Division.ATTRIBUTE, "attribute": "else"}, "(unknown)", id="never set"
        ),
    ],
)
def test_T7_a_member_s_segment(division, segment):
    stores = [bought(str(n), f"2026-02-1{n}T10:00", 1, s) for n, s in enumerate(("s3", "s2", "s2"))]
    late = bought("z", "2026-06-01T10:00", 1, "s9")
    put = [
        Fact(on(f"2026-0{month}-01T10:00"), f"v{month}", 0, 0, {}, Setting("size", month))
        for month in (2, 3, 6)
    ]
    seen = see(hand_made(**division), known_of(*stores, late, others=put))
    assert seen.segment == segment
