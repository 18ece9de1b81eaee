"""What a scenario does to a member: the told timelines of both sides and nothing else (T7)."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle import naive
from tests.oracle.drawn_lives import ZONE, as_known, instants, ladders, lives
from tier_svc.domain import intervals
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import TICK
from tier_svc.domain.publications import Publication, grounds_of
from tier_svc.domain.scenario import Setting as Place
from tier_svc.domain.scenario import (
    SimulationAsk,
    scenario,
)
from tier_svc.domain.simulation import see
from tier_svc.domain.timeline import told_timeline

THOROUGH = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def asked(draft, in_force, from_at, to_at, **how):
    ask = SimulationAsk(draft.version, None, from_at, to_at, **how)
    return scenario(ask, Place(in_force, ZONE, 100), draft, None)


periods = st.tuples(instants, instants).filter(lambda pair: pair[0] != pair[1]).map(sorted)


@THOROUGH
@given(lives(), ladders(2), periods)
def test_T7_both_sides_are_what_a_naive_model_sees(life, draft, period):
    seen_by = asked(draft, life.versions, *period)
    seen = see(seen_by, as_known(life))
    other = replace(life, versions=(Publication(draft, ZONE),))
    if life.starts_at() >= period[1]:
        assert seen is None
        return
    for instant, tiers in zip(seen_by.instants, seen.tiers, strict=True):
        if instant.at < life.starts_at():
            assert tiers is None
            continue
        expected = tuple(naive.told(one, instant.at, {})[0] for one in (life, other))
        assert tiers == expected


@THOROUGH
@given(lives(later_versions=(0, 1)), ladders(9), periods)
def test_T7_a_draft_is_what_publishing_it_would_give(life, draft, period):
    from_at, to_at = period
    life = replace(
        life,
        versions=tuple(
            one
            for one in life.versions
            if one.effective_from is None or one.effective_from <= from_at
        ),
    )
    known = as_known(life)
    made = Publication(draft, ZONE, from_at, Migration.FULL)
    published = told_timeline(grounds_of([*life.versions, made], known))
    was = told_timeline(grounds_of(life.versions, known))
    for how in ({}, {"migration": Migration.FULL}):
        seen = see(asked(draft, life.versions, from_at, to_at, **how), known)
        if seen is None:
            assert published[0].from_at >= to_at
            continue
        assert seen.after == tier_at(published, to_at - TICK)
        assert seen.before == tier_at(was, to_at - TICK)
        assert differing(seen.stretches) == naive_difference(was, published, from_at, to_at)


def tier_at(told, at):
    place = intervals.at(told, at)
    return None if place is None else told[place].tier


def differing(stretches):
    return [(one.from_at, one.to_at, one.before, one.after) for one in stretches]


def naive_difference(was, now, from_at, to_at):
    edges = {one.from_at for one in (*was, *now)} | {from_at}
    at = sorted(one for one in edges if max(was[0].from_at, from_at) <= one < to_at)
    out = []
    for begin, end in zip(at, (*at[1:], to_at), strict=True):
        pair = tier_at(was, begin), tier_at(now, begin)
        if pair[0] == pair[1]:
            continue
        if out and out[-1][1:] == (begin, *pair):
            out[-1] = (out[-1][0], end, *pair)
        else:
            out.append((begin, end, *pair))
    return out


@THOROUGH
@given(lives(later_versions=(0, 1, 2)), periods)
def test_T7_what_is_in_force_against_itself_moves_nobody(life, period):
    of = asked(life.versions[-1].ladder, life.versions, *period)
    seen = see(of, as_known(life))
    assert seen is None or (not seen.stretches and seen.before == seen.after)
