"""Crowds drawn by chance, and what the pure functions find of each of their members."""

from datetime import timedelta
from fractions import Fraction
from random import Random

import numpy as np
from hypothesis import strategies as st

from tests.oracle.drawn_lives import (
    DOWN,
    SPANS,
    START,
    STAYS,
    ZONE,
    instants,
    ladder_of,
    leaf,
    on_return,
)
from tier_svc.domain.crowd import UNHEARD, Crowd, Reach, instant, micros, owners
from tier_svc.domain.crowd_returns import backs_of, with_returns
from tier_svc.domain.crowd_sides import looks_of, sides_of, tiers_of
from tier_svc.domain.crowd_simulation import Segments
from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import TICK, Period, Span, after
from tier_svc.domain.ladder import AllOf, AnyOf, Downgrade, Renewal, Rung
from tier_svc.domain.measures import Calendar, Lifetime, Measure, Metric, Rolling, Visits
from tier_svc.domain.publications import EVERYONE, Known, Publication, grounds_of
from tier_svc.domain.scenario import Scenario, Terms
from tier_svc.domain.simulation_tally import Tally
from tier_svc.domain.simulations import Round, look_at
from tier_svc.domain.timeline import told_timeline

bounded = st.sampled_from(
    [
        Rolling(Span(months=1)),
        Rolling(Span(months=3)),
        Rolling(Span(days=1)),
        Rolling(Span(days=30)),
        Calendar(Period.MONTH),
        Calendar(Period.QUARTER),
    ]
)
windows = st.one_of(bounded, bounded, st.just(Lifetime()))


def measures(allowed):
    return st.one_of(
        st.builds(Measure, st.just(Metric.SPEND), allowed),
        st.builds(Measure, st.just(Metric.VISITS), allowed, st.sampled_from(Visits)),
        st.builds(Measure, st.just(Metric.POINTS), allowed, st.none(), st.just("growth")),
    )


def rung_tests(allowed):
    one = st.builds(leaf, measures(allowed), st.integers(1, 4))
    several = st.lists(one, min_size=2, max_size=3).map(tuple)
    return st.one_of(one, one, st.builds(AllOf, several), st.builds(AnyOf, several))


NOTHING, ONE_STEP = [Span()] * 3, [Downgrade.ONE_STEP] * 3
"""Rungs that nothing keeps for a moment, and those below them, are where it is easily wrong."""


def rung(renewal, allowed, stays):
    return st.builds(
        Rung,
        st.just("x"),
        rung_tests(allowed),
        st.sampled_from(stays),
        st.just(renewal),
        st.sampled_from(SPANS + NOTHING),
        st.sampled_from(SPANS + NOTHING),
        st.sampled_from(DOWN + ONE_STEP),
        st.sampled_from([None, None, None, "own", "first"]),
    )


rungs = st.one_of(
    rung(Renewal.CONTINUOUS, windows, [None, None, None, *STAYS]),
    rung(Renewal.AT_PERIOD_END, bounded, STAYS),
)
evaluated = st.sampled_from([None, None, None, Period.MONTH, Period.QUARTER])


def ladders(version):
    several = st.lists(rungs, min_size=1, max_size=3)
    return st.builds(ladder_of, st.just(version), several, evaluated, on_return)


EDGES = [
    after(after(START, Span(months=month), ZONE), Span(days=days), ZONE)
    for month in range(14)
    for days in (0, 10)
]


seeds = st.integers(0, 2**32)


def members(seed, count=24):
    """Members by chance, beside edges or anywhere, of one instant or within one day; of some
    purchases points-svc has not told yet what they brought. Of some members something came back.
    """
    chance = Random(seed)
    return [one_member(chance, f"m{n:03}") for n in range(count)]


def one_member(chance, member_id):
    enrolled = START + timedelta(days=chance.choice((0, 0, 30, chance.randrange(400))))
    bought = purchases(chance, chance.randrange(10))
    back = returns(chance, bought) if chance.randrange(2) else ()
    return Known(member_id, enrolled, Heard(bought, back), {})


def purchases(chance, count):
    out = []
    for place in range(count):
        at = START + timedelta(days=chance.randrange(500), minutes=chance.randrange(1_440))
        if chance.randrange(4):
            at = chance.choice(EDGES)
        elif out and chance.randrange(2):
            at = out[-1].occurred_at + timedelta(minutes=chance.randrange(1_440))
        growth = chance.choice((None, 0, 100, 150, 400, 400))
        points = {} if growth is None else {"growth": growth}
        out.append(Fact(at, f"p{place}", 100 * chance.randrange(5), 1, points))
    return out


def returns(chance, bought):
    """Some or all units, or money for what was kept; at the instant of the purchase or of another
    one, at an edge, before it was bought, or any time later. A return takes points back whatever
    it takes of the purchase.
    """
    out = []
    for one in bought:
        line = Line("1", chance.choice((1, 2, 3, 7)), one.spend)
        units, growth = line.quantity, one.points.get("growth", 0)
        for part in range(chance.choice((0, 0, 1, 1, 2, 3))):
            near = (one.occurred_at, chance.choice(bought).occurred_at, chance.choice(EDGES))
            at = chance.choice((*near, one.occurred_at + timedelta(days=chance.randrange(-3, 90))))
            took = chance.choice((0, 1, units)) if units else 0
            taken = Taken("1", took, 0 if took else chance.choice((1, 50, 150)))
            less = chance.choice((0, growth // 2, growth))
            units, growth = units - took, growth - less
            effect_at = max(at, one.occurred_at)
            named = f"r{one.fact_id}{part}", one.fact_id
            out.append(HeardReturn(*named, at, effect_at, (taken,), (line,), {"growth": less}))
    return out


TERMS = st.sampled_from([None, (Fraction("1.5"), Fraction("0.07"), 30)])


@st.composite
def in_force(draw):
    """A version, or several, each in force for some or all from an instant on."""
    made = [Publication(draw(ladders(1)), ZONE)]
    count = draw(st.sampled_from((0, 0, 1, 2)))
    effective = sorted(draw(st.lists(instants, min_size=count, max_size=count)))
    for version, at in enumerate(effective, 2):
        share = draw(st.sampled_from((EVERYONE, EVERYONE, 4_000)))
        migration = draw(st.sampled_from(Migration))
        made.append(Publication(draw(ladders(version)), ZONE, at, migration, share))
    return tuple(made)


@st.composite
def scenarios(draw):
    """A draft beside what is in force, for ever or taking over, with what tiers bring and cost or
    without.
    """
    before, draft = draw(in_force()), draw(ladders(9))
    from_at, to_at = sorted(
        draw(st.tuples(instants, instants).filter(lambda two: two[0] != two[1]))
    )
    migration = draw(st.sampled_from((None, None, *Migration)))
    after = (Publication(draft, ZONE),)
    if migration is not None:
        after = (*before, Publication(draft, ZONE, max(from_at, latest(before)), migration))
    names = sorted({rung.tier for one in (*before, *after) for rung in one.ladder.rungs})
    priced = draw(TERMS)
    terms = {
        name: Terms(*(part * n for part in priced)) for n, name in enumerate(names, 1) if priced
    }
    return Scenario(before, after, from_at, to_at, ZONE, 100, terms or {}, (0, 150, 500))


def latest(published):
    return published[-1].effective_from or START


def crowd_of(known):
    """Members whose histories are plain, or came back in parts, in columns."""
    facts = [(n, *fact) for n, one in enumerate(known) for fact in sorted(one.heard.purchases)]
    crowd = Crowd(
        [one.member_id for one in known],
        column(micros(one.enrolled_at) for one in known),
        column(owner for owner, *_ in facts),
        column(micros(at) for _, at, *_ in facts),
        column(spend for _, _, _, spend, *_ in facts),
        column(1 for _ in facts),
        {"growth": column(points.get("growth", UNHEARD) for *_, points, _ in facts)},
    )
    backs, others = backs_of({one.member_id: one.heard for one in known}, frozenset({"growth"}))
    assert not others
    return with_returns(crowd, backs)


def column(numbers):
    return np.array(list(numbers), dtype=np.int64)


def together(known):
    """All of one segment."""
    return Segments([""], column(0 for _ in known))


def one_by_one(asked, known):
    """What the pure functions find."""
    found = Round(Tally(), ())
    for member in known:
        found = look_at(asked, found, member)
    return found


def timelines(asked, known):
    """By the pure function: each member's tiers by either side, from the period's beginning on."""
    since = asked.from_at - TICK
    out = []
    for side in (asked.before, asked.after):
        told = [told_timeline(grounds_of(side, one), since) for one in known]
        out.append([until(asked, ((one.from_at, one.tier) for one in of)) for of in told])
    return out


def crowd_timelines(asked, crowd):
    """By columns."""
    size = len(crowd.member_ids)
    if crowd.is_large(looks_of(asked)):
        halves = crowd.between(0, size // 2), crowd.between(size // 2, size)
        one, other = (crowd_timelines(asked, half) for half in halves)
        return [[*few, *more] for few, more in zip(one, other, strict=True)]
    since, horizon = micros(asked.from_at - TICK), micros(asked.to_at)
    crowd = crowd.before(horizon)
    reach = Reach(int(crowd.at.min(initial=since)), horizon)
    return [
        [
            until(asked, changes(asked, side, reach, member))
            for member in range(len(crowd.member_ids))
        ]
        for side in sides_of(asked, crowd, reach)
    ]


def changes(asked, side, reach, member):
    start = max(int(side.starts_at[member]), micros(asked.from_at - TICK))
    own = side.courses.moments[owners(side.courses.moments) == member]
    at = [start, *(int(one) for one in reach.instants(own) if one > start)]
    tiers = side.tier(reach.moments(column([member]), column(at)))
    return [(instant(one), tiers_of(asked)[tier]) for one, tier in zip(at, tiers, strict=True)]


def until(asked, told):
    """What begins before the end, where one tier goes on as one."""
    out = []
    for at, tier in told:
        if at < asked.to_at and (not out or out[-1][1] != tier):
            out.append((at, tier))
    return out
