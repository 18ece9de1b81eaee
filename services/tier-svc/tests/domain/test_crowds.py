"""Many members at once, against the pure functions one by one (T7)."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracle.crowds import (
    column,
    crowd_of,
    crowd_timelines,
    members,
    one_by_one,
    scenarios,
    seeds,
    timelines,
    together,
)
from tests.oracle.simulated import FEBRUARY, MARCH, MEMBER, hand_made, on
from tier_svc.domain.crowd import MEMBERS_MAX, RETURNS_MAX, Reach, owners
from tier_svc.domain.crowd_lives import lives_of
from tier_svc.domain.crowd_returns import backs_of
from tier_svc.domain.crowd_sides import is_for_crowds, looks_of
from tier_svc.domain.crowd_simulation import Segments, see_crowd
from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken
from tier_svc.domain.instants import TICK, Span
from tier_svc.domain.ladder import AllOf, AtLeast, AtMost, Pass, Rung
from tier_svc.domain.measures import Anniversary, Lifetime, Measure, Metric, Only, Visits
from tier_svc.domain.publications import Known
from tier_svc.domain.simulation_tally import Sums

TAKEN = (Taken("1", 1),)

THOROUGH = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@THOROUGH
@given(scenarios(), seeds)
def test_T7_many_at_once_have_the_timelines_of_each_alone(asked, seed):
    known = members(seed)
    assert is_for_crowds(asked)
    assert crowd_timelines(asked, crowd_of(known)) == timelines(asked, known)


@THOROUGH
@given(scenarios(), seeds)
def test_T7_many_at_once_are_counted_as_each_alone(asked, seed):
    known = members(seed)
    found, expected = see_crowd(asked, crowd_of(known), together(known)), one_by_one(asked, known)
    assert found.tally.cells == expected.tally.cells
    assert list(found.moves) == list(expected.moves)
    if expected.tally.spreads:
        assert found.tally.spreads == expected.tally.spreads


def crowd_of_one(spend, at):
    return crowd_of([Known("m0", at, Heard([Fact(at, "p0", spend, 1, {})]), {})])


@pytest.mark.parametrize(
    ("spend", "at", "is_seen"),
    [
        pytest.param(10**15, FEBRUARY.occurred_at, True, id="a fortune"),
        pytest.param(2**61, FEBRUARY.occurred_at, False, id="points of it would not fit"),
        pytest.param(100, on("1999-01-01T00:00"), True, id="a generation ago"),
        pytest.param(100, on("1985-01-01T00:00"), False, id="longer ago than moments reach"),
    ],
)
def test_T7_what_64_bits_do_not_hold_is_looked_at_alone(spend, at, is_seen):
    found = see_crowd(hand_made(), crowd_of_one(spend, at), Segments([""], column([0])))
    assert (found is not None) == is_seen


@pytest.mark.parametrize(
    ("zone", "at", "is_seen"),
    [
        pytest.param("America/St_Johns", "2009-06-01T00:00", False, id="back over midnight"),
        pytest.param("America/St_Johns", "2012-06-01T00:00", True, id="later, at two"),
        pytest.param("America/Sao_Paulo", "2009-06-01T00:00", True, id="at midnight"),
    ],
)
def test_E7_where_a_clock_goes_back_over_midnight_each_is_looked_at_alone(zone, at, is_seen):
    asked = hand_made()
    sides = [
        [replace(one, zone=ZoneInfo(zone)) for one in of] for of in (asked.before, asked.after)
    ]
    asked = replace(asked, before=tuple(sides[0]), after=tuple(sides[1]))
    found = see_crowd(asked, crowd_of_one(100, on(at)), Segments([""], column([0])))
    assert (found is not None) == is_seen


def test_T7_members_of_too_many_returns_are_looked_at_alone():
    bought = [Fact(FEBRUARY.occurred_at, f"p{n}", 100, 1, {}) for n in range(RETURNS_MAX + 1)]
    line, in_march = (Line("1", 1, 100),), MARCH.occurred_at
    back = [
        HeardReturn(f"r{one.fact_id}", one.fact_id, in_march, in_march, TAKEN, line, {})
        for one in bought
    ]
    heard = {"few": Heard(bought, back[1:]), "many": Heard(bought, back)}
    found, others = backs_of(heard, frozenset())
    assert (len(found.backs), others) == (RETURNS_MAX, {"many"})


def test_T7_lives_are_counted_as_often_as_versions_look_at_a_return():
    bought = [one._replace(points={"growth": 0}) for one in (FEBRUARY, MARCH)]
    lines = [(Line("1", 2, one.spend),) for one in bought]
    back = [
        HeardReturn(f"r{one.fact_id}", one.fact_id, at, at, TAKEN, line, {"growth": 0})
        for one, line in zip(bought, lines, strict=True)
        for at in [one.occurred_at + timedelta(days=9)]
    ]
    (in_force,), (draft,) = hand_made().before, hand_made().after
    later = replace(draft.ladder, on_return=Span(days=7))
    draft = replace(draft, ladder=later, effective_from=on("2026-02-05T00:00"))
    asked = hand_made(before=(in_force,), after=(in_force, draft))
    one = replace(MEMBER, heard=Heard(bought, back))
    every = [replace(one, member_id=f"m{n:04}") for n in range(MEMBERS_MAX // 5 + 99)]
    crowd, expected = crowd_of(every), one_by_one(asked, [one])
    assert [crowd.is_large(looks) for looks in (1, looks_of(asked))] == [False, True]
    found = see_crowd(asked, crowd, together(every))
    ((cell, sums),) = expected.tally.cells.items()
    assert found.tally.cells == {cell: Sums(*(len(every) * n for n in sums))}
    (move,) = expected.moves
    assert list(found.moves) == [move._replace(member_id=one.member_id) for one in every]


def test_T7_no_more_members_are_looked_at_together_than_64_bits_tell_apart():
    reach, last = Reach(0, 100), column([MEMBERS_MAX - 1])
    assert owners(reach.moments(last, column([100]))) == last
    with pytest.raises(AssertionError, match="64 bits"):
        reach.moments(last + 1, column([0]))
    begins = column([0] * MEMBERS_MAX)
    with pytest.raises(AssertionError, match="64 bits"):
        lives_of(begins, [(column([3]), column([5]))], reach)


@pytest.mark.parametrize(
    ("units", "points", "is_held"),
    [
        pytest.param((3, 4), {"growth": 1}, True, id="twelfths"),
        pytest.param((997, 1_009), {"growth": 1}, False, id="parts that are too small together"),
        pytest.param((3, 4), {}, False, id="points that were not told yet"),
        pytest.param((3, 4), {"growth": 2}, False, id="more points than there were"),
    ],
)
def test_T7_returns_that_columns_do_not_hold_are_looked_at_alone(units, points, is_held):
    bought = [Fact(FEBRUARY.occurred_at, f"p{n}", 101, 1, {"growth": 1}) for n in units]
    in_march = MARCH.occurred_at
    back = [
        HeardReturn(f"r{n}", f"p{n}", in_march, in_march, TAKEN, (Line("1", n, 101),), points)
        for n in units
    ]
    heard = {"m": Heard(bought, back)}
    found, others = backs_of(heard, frozenset({"growth"}))
    assert (others == set()) == is_held == (found.scale == 12)


def test_T7_what_needs_more_than_purchases_is_looked_at_alone():
    plain = hand_made()
    (one,) = plain.after
    invited = replace(one.ladder.rungs[1], needs=Pass.INVITATION)
    filtered = Measure(Metric.SPEND, Lifetime(), only=Only(stores=("s1",)))
    anniversary = Measure(Metric.VISITS, Anniversary(), Visits.ORDERS)
    few = AtMost(Measure(Metric.COMPLAINTS, Lifetime()), 0)
    others = [invited, *(Rung("gold", AtLeast(of, 1)) for of in (filtered, anniversary))]
    others.append(Rung("gold", AllOf((one.ladder.rungs[1].test, few))))
    for rung in others:
        ladder = replace(one.ladder, rungs=(one.ladder.rungs[0], rung))
        assert not is_for_crowds(replace(plain, after=(replace(one, ladder=ladder),)))
    assert is_for_crowds(plain)


def test_P6_many_at_once_are_rated_by_their_tier_from_their_enrolment_on():
    for enrolled in (MARCH.occurred_at, MARCH.occurred_at + TICK):
        known = [Known("m0", enrolled, Heard((FEBRUARY, MARCH)), {})]
        found = see_crowd(hand_made(), crowd_of(known), together(known))
        assert found.tally.cells == one_by_one(hand_made(), known).tally.cells
