"""What can be simulated, how it is summed, and the decks' figures (T7)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import reduce

import pytest

from tests.oracle.simulated import (
    EASIER,
    LADDER,
    MEMBER,
    SHANGHAI,
    TERMS,
    bought,
    decks_ladder,
    hand_made,
    known_of,
    on,
    visit,
)
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import Period
from tier_svc.domain.ladder import Rung
from tier_svc.domain.publications import Publication
from tier_svc.domain.refusals import SimulationInvalid
from tier_svc.domain.scenario import (
    Division,
    SimulationAsk,
    scenario,
)
from tier_svc.domain.scenario import Setting as Place
from tier_svc.domain.simulation import see
from tier_svc.domain.simulation_tally import OTHERS, SEGMENTS_MAX, Sums, Tally, read_tally


@pytest.mark.parametrize(
    ("how", "error"),
    [
        pytest.param({"from_at": on("2010-01-01T00:00")}, ("/from", "out_of_range"), id="too long"),
        pytest.param({"attribute": "x"}, ("/segment", "attribute"), id="an attribute of nothing"),
        pytest.param(
            {"division": Division.ATTRIBUTE}, ("/segment", "attribute"), id="no attribute named"
        ),
        pytest.param({"terms": {}}, ("/terms/gold", "missing"), id="terms of some tiers"),
        pytest.param(
            {"terms": TERMS | {"vip": TERMS["gold"]}}, ("/terms", "unknown_tier"), id="no such tier"
        ),
        pytest.param({"point_type": "points"}, ("/accrual", "unpublished"), id="no accrual rules"),
        pytest.param({"segments": ("x",)}, ("/segment", "segments"), id="segments of nothing"),
        pytest.param(
            {"bands_minor": (5, 5)}, ("/spend_bands_minor", "not_ascending"), id="bands of nothing"
        ),
    ],
)
def test_T7_what_cannot_be_simulated_is_refused_by_place(how, error):
    values = {"from_at": on("2026-02-01T00:00"), "to_at": on("2026-05-01T00:00")} | how
    ask = SimulationAsk(2, None, **values)
    with pytest.raises(SimulationInvalid) as refused:
        scenario(ask, Place([Publication(LADDER, SHANGHAI)], SHANGHAI, 100), EASIER, None)
    assert {"path": error[0], "code": error[1]} in refused.value.numbers["errors"]


def test_T7_another_ladder_is_no_comparison_and_no_draft_takes_over_before_a_publication():
    later = Publication(EASIER, SHANGHAI, on("2026-03-01T00:00"), Migration.FULL)
    ask = SimulationAsk(3, 4, on("2026-02-01T00:00"), on("2026-05-01T00:00"), Migration.FULL)
    place = Place([Publication(LADDER, SHANGHAI), later], SHANGHAI, 100)
    with pytest.raises(SimulationInvalid) as refused:
        scenario(ask, place, replace(LADDER, version=3), replace(LADDER, name="y", version=4))
    assert [one["code"] for one in refused.value.numbers["errors"]] == [
        "other_ladder",
        "before_a_publication",
    ]


def test_T7_a_first_ladder_is_compared_with_its_base():
    ask = SimulationAsk(1, None, on("2026-02-01T00:00"), on("2026-03-01T00:00"))
    seen = see(scenario(ask, Place((), SHANGHAI, 100), EASIER, None), MEMBER)
    assert (seen.before, seen.after) == ("regular", "gold")


def test_T7_up_and_down_are_judged_by_the_draft_s_order():
    shuffled = replace(LADDER, version=2, rungs=(Rung("regular"), Rung("gold"), Rung("vip")))
    of = hand_made(after=(Publication(shuffled, SHANGHAI),))
    steps = [("regular", "gold"), ("gold", "regular"), ("gold", "gold"), ("gold", "vip")]
    assert [of.steps(*pair) for pair in steps] == [1, -1, 0, 1]


def test_T7_a_tally_reads_as_it_was_kept_and_its_sums_are_of_all_members():
    of, tally = hand_made(division=Division.STORE), Tally()
    members = [
        see(of, known_of(bought("a", "2026-03-01T10:00", n * 900, f"s{n}"))) for n in range(9)
    ]
    for seen in members:
        tally.add(of, seen)
    again = read_tally(tally.written())
    assert again == tally
    assert tally.total.members == 9
    assert tally.total.spend_minor == sum(seen.spend_minor for seen in members)
    parts = [sums for _, sums in tally.by("segment", "band_minor")]
    assert (len(parts), reduce(Sums.plus, parts)) == (9, tally.total)
    assert dict(tally.by("after"))[("gold",)].moved == sum(n * 900 >= 5_000 for n in range(9))
    assert tally.spreads[-1] == (
        Counter(s.before for s in members),
        Counter(s.after for s in members),
    )


def test_T7_segments_beyond_the_bound_are_counted_together():
    of, tally = hand_made(division=Division.STORE), Tally()
    for n in range(SEGMENTS_MAX + 5):
        tally.add(of, see(of, known_of(bought("a", "2026-03-01T10:00", 1, f"s{n}"))))
    named = dict(tally.by("segment"))
    assert (len(named), named[(OTHERS,)].members) == (SEGMENTS_MAX + 1, 5)


def asked(draft, from_at, to_at):
    ask = SimulationAsk(draft.version, None, on(from_at), on(to_at))
    return scenario(ask, Place((), SHANGHAI, 100), draft, None)


@pytest.mark.parametrize(
    ("facts", "tier", "since"),
    [
        pytest.param(
            [visit(str(n), f"2026-03-1{n}T10:00") for n in range(3)],
            "silver",
            "2026-03-12T10:00",
            id="three visits in a month are silver",
        ),
        pytest.param(
            [visit("a", "2026-03-10T10:00", growth=10_000)],
            "gold",
            "2026-03-10T10:00",
            id="10,000 points are gold",
        ),
        pytest.param(
            [visit("a", "2026-03-10T10:00", 10_000_000)],
            "vip",
            "2026-03-10T10:00",
            id="100,000 in spend is VIP",
        ),
    ],
)
def test_T7_the_decks_figures_lead_where_they_say(facts, tier, since):
    at_once = decks_ladder(1, None)
    of = asked(at_once, "2026-03-01T00:00", "2026-04-01T00:00")
    seen = see(of, known_of(*facts))
    assert (seen.after, seen.stretches[0].from_at) == (tier, on(since))


@pytest.mark.parametrize(
    ("looked_at", "since"),
    [
        pytest.param(None, "2026-02-10T10:00", id="at once"),
        pytest.param(Period.MONTH, "2026-03-01T00:00", id="monthly"),
        pytest.param(Period.QUARTER, "2026-04-01T00:00", id="quarterly"),
        pytest.param(Period.YEAR, "2027-01-01T00:00", id="yearly"),
    ],
)
def test_T7_the_same_history_is_seen_later_the_more_seldom_it_is_looked_at(looked_at, since):
    draft = decks_ladder(2, looked_at)
    of = asked(draft, "2026-01-01T00:00", "2027-02-01T00:00")
    seen = see(of, known_of(visit("a", "2026-02-10T10:00", 10_000_000)))
    assert seen.stretches[0].from_at == on(since)
    assert seen.after == "vip"


def test_T7_a_span_of_instants_is_bounded():
    of = hand_made(from_at=on("2016-05-01T00:00"))
    assert len(of.instants) == 120
    assert all(
        later.at - one.at < timedelta(days=32)
        for one, later in zip(of.instants, of.instants[1:], strict=False)
    )
