"""The timeline against a naive model that stands at every critical instant, one after the other,
and looks (T4). The model is `tests/oracle/naive.py`.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle import naive
from tests.oracle.drawn_complaints import complaints, complaints_made, outcomes
from tests.oracle.drawn_lives import NIGHT, as_known, bounded, instants, lives, returns
from tier_svc.domain import intervals
from tier_svc.domain.instants import TICK, Span
from tier_svc.domain.ladder import AllOf, AtLeast, AtMost
from tier_svc.domain.measures import Measure, Metric
from tier_svc.domain.publications import grounds_of
from tier_svc.domain.timeline import told_timeline


def thorough(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def differences(life):
    """Where the timeline and the model do not read alike, and what each says."""
    told = told_timeline(grounds_of(life.versions, as_known(life)))
    assert [one.to_at for one in told[:-1]] == [two.from_at for two in told[1:]]
    assert (told[0].from_at, told[-1].to_at) == (life.starts_at(), None)
    known = {}
    out = []
    for at in critical(life, told):
        place = intervals.at(told, at)
        assert place is not None
        seen, expected = told[place].reads_as, naive.told(life, at, known)
        if seen != expected:
            out.append((at, seen, expected))
    return out


def critical(life, told):
    """Every instant at which anything is told or happens, and the one before it."""
    edges = {one.from_at for one in told} | set(naive.Composite(life, max_of(life)).instants)
    edges |= {one.at for one in (*life.bought, *life.did, *life.put, *life.complained)}
    edges |= {life.falls_at(one) for one in life.became}
    for version in life.versions:
        edges |= {life.effect_at(back, version.ladder, version.zone) for back in life.backs}
    start = life.starts_at()
    return sorted({at for edge in edges for at in (edge, edge - TICK) if at >= start})


def max_of(life):
    every = (*life.bought, *life.did, *life.put, *life.backs, *life.complained, *life.became)
    return max((one.at for one in every), default=life.starts_at())


@thorough(1_500)
@given(lives())
def test_T4_the_timeline_equals_a_naive_model(life):
    assert not differences(life)


@thorough(1_200)
@given(lives(later_versions=(1, 1, 2), way_counts=(0, 0, 1)))
def test_T8_versions_and_their_migrations_equal_a_naive_model(life):
    assert not differences(life)


@st.composite
def spoilt(draw):
    """A life whose tiers want some spend and few complaints, with complaints."""
    life = draw(lives(later_versions=(0, 1, 1)))
    few = st.builds(AtMost, complaints(bounded), st.sampled_from([0, 0, 1]))
    versions = [replace(one, ladder=with_few(draw, one.ladder, few)) for one in life.versions]
    made = draw(complaints_made(instants, at_least=2))
    return replace(life, versions=tuple(versions), complained=made, became=draw(outcomes(made)))


def with_few(draw, ladder, few):
    base, *rungs = ladder.rungs
    spent = AtLeast(Measure(Metric.SPEND, draw(bounded)), 100)
    asking = (replace(rung, test=AllOf((spent, draw(few)))) for rung in rungs)
    return replace(ladder, rungs=(base, *asking))


@thorough(120)
@given(spoilt())
def test_T1_tiers_that_want_few_complaints_equal_a_naive_model(life):
    assert not differences(life)


@st.composite
def returned_by_night(draw):
    """A life of which much came back in the hour that comes twice, which is looked at days after;
    most of it had been bought not long before.
    """
    life = draw(lives(way_counts=(0,)))
    ago = st.sampled_from([timedelta(days=days) for days in (2, 9, 20, 300)])
    bought = tuple(replace(one, at=NIGHT[0] - draw(ago)) for one in life.bought)
    backs = draw(returns(bought, (1, 2, 2, 3)))
    by_night = tuple(replace(back, at=draw(st.sampled_from(NIGHT))) for back in backs)
    (one,) = life.versions
    one = replace(one, ladder=replace(one.ladder, on_return=Span(days=7)))
    return replace(life, versions=(one,), bought=bought, backs=by_night)


@thorough(150)
@given(returned_by_night())
def test_T4_returns_of_the_hour_that_comes_twice_equal_a_naive_model(life):
    assert not differences(life)


@thorough(500)
@given(lives(later_versions=(0, 1), way_counts=(1, 2, 3)))
def test_T5_ways_up_equal_a_naive_model(life):
    assert not differences(life)


@thorough(300)
@given(lives(later_versions=(0, 1)), instants)
def test_T4_a_part_of_the_timeline_is_the_timeline_s_part(life, since):
    grounds = grounds_of(life.versions, as_known(life))
    since = max(since, grounds.starts_at)
    whole, tail = told_timeline(grounds), told_timeline(grounds, since)
    seen = [(one.reads_as, one.from_at, one.to_at) for one in tail]
    assert seen == [(one.reads_as, one.from_at, one.to_at) for one in intervals.clip(whole, since)]
    joined = intervals.join(intervals.clip(whole, grounds.starts_at, since), tail)
    assert [one.reads_as for one in joined] == [one.reads_as for one in whole]
