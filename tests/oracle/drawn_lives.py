"""Lives and ladders for the naive model, drawn where rules change their mind: month ends, edges of
windows, leap days, several facts of one instant, amounts beside a threshold.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from contracts.ids import FactId
from tests.oracle.drawn_complaints import (
    complaint_of,
    complaints,
    complaints_made,
    outcome_of,
    outcomes,
)
from tests.oracle.naive_facts import Back, Bought, Did, Item, Life, Put
from tier_svc.domain.facts import Done, Fact, Heard, HeardReturn, Line, Setting, Taken, goods
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import Period, Periods, Span, after
from tier_svc.domain.ladder import (
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Downgrade,
    Ladder,
    Pass,
    Renewal,
    Rung,
)
from tier_svc.domain.measures import (
    EVERYTHING,
    Anniversary,
    Calendar,
    Lifetime,
    Measure,
    Metric,
    Only,
    Rolling,
    Visits,
)
from tier_svc.domain.publications import Known, Publication
from tier_svc.domain.ways import Goal, Way, WayKind

ZONE = ZoneInfo("America/New_York")
START = datetime(2023, 12, 1, 5, tzinfo=UTC)
NIGHT = [datetime(2024, 11, 3, *clock, tzinfo=UTC) for clock in ((5, 50), (6, 10))]
"""Before and after the clock goes back: the later one is sooner on the wall."""
CATEGORIES, STORES, CHANNELS, KINDS = ("tea", "toys"), ("s1", "s2"), ("till", "web"), ("a", "b")

anywhere = st.builds(
    lambda day, hour: START + timedelta(days=day, hours=hour),
    st.integers(0, 500),
    st.integers(0, 23),
)
on_the_edge = st.builds(
    lambda month, days: after(after(START, Span(months=month), ZONE), Span(days=days), ZONE),
    st.integers(0, 16),
    st.sampled_from([0, 0, 0, 10, 30]),
)
instants = st.one_of(on_the_edge, anywhere)
bounded = st.sampled_from(
    [
        Rolling(Span(months=1)),
        Rolling(Span(months=3)),
        Rolling(Span(days=30)),
        Calendar(Period.MONTH),
        Calendar(Period.QUARTER),
        Anniversary(),
    ]
)
windows = st.one_of(bounded, bounded, st.just(Lifetime()))
filters = st.sampled_from(
    [
        EVERYTHING,
        EVERYTHING,
        Only(categories=("tea",)),
        Only(stores=("s1",)),
        Only(channels=("web",)),
        Only(("toys",), ("s2",), ()),
    ]
)


def measures(allowed):
    kinds = st.sampled_from([("a",), ("a", "b")])
    none = st.none()
    return st.one_of(
        st.builds(Measure, st.just(Metric.SPEND), allowed, only=filters),
        st.builds(Measure, st.just(Metric.VISITS), allowed, st.sampled_from(Visits), only=filters),
        st.builds(Measure, st.just(Metric.POINTS), allowed, none, st.just("growth")),
        st.builds(Measure, st.just(Metric.ACTIVITIES), allowed, kinds=kinds),
        st.builds(Measure, st.just(Metric.TASKS), allowed, kinds=kinds),
        st.builds(Measure, st.just(Metric.ATTRIBUTES), allowed, attribute=st.just("x")),
        complaints(allowed),
    )


def leaf(measure, level):
    is_money = measure.metric in {Metric.SPEND, Metric.POINTS}
    return AtLeast(measure, level * 100 if is_money else min(level, 3))


def trees(allowed):
    """Who has done nothing meets none of them."""
    one = st.builds(leaf, measures(allowed), st.integers(1, 4))
    several = st.lists(one, min_size=2, max_size=2).map(tuple)
    few = st.builds(AtMost, complaints(windows), st.integers(0, 1))
    unspoilt = st.tuples(one, few).map(AllOf)
    return st.one_of(
        one,
        one,
        st.builds(AllOf, several),
        st.builds(AnyOf, several),
        unspoilt,
        st.tuples(unspoilt, one).map(AnyOf),
        st.tuples(one, st.tuples(few, one).map(AnyOf)).map(AllOf),
    )


SPANS = [Span(), Span(days=10), Span(months=1), Span(months=2)]
STAYS = [Span(months=1), Span(months=3), Periods(Period.MONTH, 2), Periods(Period.QUARTER, 1)]
DOWN = [Downgrade.BEST, Downgrade.BEST, Downgrade.ONE_STEP, Downgrade.ONE_STEP, Downgrade.NONE]


def rung(renewal, allowed, stays):
    return st.builds(
        Rung,
        st.just("x"),
        trees(allowed),
        st.sampled_from(stays),
        st.just(renewal),
        st.sampled_from(SPANS),
        st.sampled_from(SPANS),
        st.sampled_from(DOWN),
        st.sampled_from([None, None, None, "own", "first"]),
        st.sampled_from([None, None, None, *Pass]),
    )


rungs = st.one_of(
    rung(Renewal.CONTINUOUS, windows, [None, *STAYS]),
    rung(Renewal.AT_PERIOD_END, bounded, STAYS),
)
evaluated = st.sampled_from([None, None, None, Period.MONTH, Period.QUARTER])
on_return = st.sampled_from([None, None, None, Span(days=7), Periods(Period.MONTH, 1)])


def ladder_of(version, found, looked_at, returns):
    """Tiers t1, t2 … so that versions share names; a floor is the rung's own tier or the first."""
    named = []
    for rank, one in enumerate(found, 1):
        floor = {"own": f"t{rank}", "first": "t1"}.get(one.floor)
        named.append(replace(one, tier=f"t{rank}", floor=floor))
    return Ladder("x", version, (Rung("base"), *named), looked_at, returns)


def ladders(version=1):
    return st.builds(
        ladder_of,
        st.just(version),
        st.lists(rungs, min_size=1, max_size=3),
        evaluated,
        on_return,
    )


@st.composite
def purchases(draw):
    made = draw(st.lists(st.tuples(instants, st.integers(0, 3)), max_size=7))
    out = []
    for n, (at, amount) in enumerate(sorted(made)):
        items = tuple(
            Item(f"L{i}", draw(st.sampled_from([1, 2, 3])), 100 * amount, CATEGORIES[i])
            for i in range(draw(st.sampled_from([1, 1, 2])))
        )
        place = draw(st.sampled_from(STORES)), draw(st.sampled_from(CHANNELS))
        out.append(Bought(at, f"p{n:02}", *place, items, 100 * amount))
    return tuple(out)


@st.composite
def returns(draw, bought, parts=(0, 0, 0, 1, 2)):
    """Units, or money for units that were kept; some dated before their purchase."""
    out = []
    for one in bought:
        left = {item.line_id: item.units for item in one.items}
        growth = one.growth
        for part in range(draw(st.sampled_from(parts))):
            item = draw(st.sampled_from(one.items))
            at = one.at + timedelta(days=draw(st.sampled_from([-3, 0, 0, 1, 20, 90])))
            units = draw(st.integers(0, left[item.line_id]))
            refund = 0 if units else draw(st.sampled_from([1, 50, 150]))
            left[item.line_id] -= units
            taken = ((item.line_id, units, refund),)
            back = draw(st.sampled_from([0, growth // 2, growth]))
            growth -= back
            out.append(Back(at, f"r{one.fact_id}{part}", one.fact_id, taken, back))
    return tuple(out)


@st.composite
def ways(draw, count):
    out = []
    for n in range(draw(st.sampled_from(count))):
        kind = draw(st.sampled_from(WayKind))
        from_at = draw(instants)
        to_at = draw(st.sampled_from([None, from_at + timedelta(days=40)]))
        goal = None
        if kind in {WayKind.MATCH, WayKind.CHALLENGE}:
            only = draw(st.sampled_from([EVERYTHING, Only(stores=("s1",))]))
            measure = Measure(Metric.VISITS, Lifetime(), Visits.ORDERS, only=only)
            by = from_at + timedelta(days=draw(st.sampled_from([1, 30, 200])))
            goal = Goal(measure, draw(st.integers(1, 2)), by, draw(st.sampled_from(SPANS[1:])))
        tier = draw(st.sampled_from(["t1", "t2", "t3"]))
        out.append(Way(FactId(f"w{n}"), kind, tier, from_at, to_at, goal))
    return tuple(out)


@st.composite
def publications(draw, count):
    made = [Publication(draw(ladders()), ZONE)]
    effective = sorted(draw(st.lists(instants, min_size=count, max_size=count)))
    for n, at in enumerate(effective, 2):
        migration = draw(st.sampled_from(Migration))
        made.append(Publication(draw(ladders(n)), ZONE, at, migration))
    return tuple(made)


@st.composite
def lives(draw, later_versions=(0,), way_counts=(0, 0, 1)):
    bought = draw(purchases())
    did = draw(st.lists(st.tuples(instants, st.sampled_from(KINDS)), max_size=3))
    put = draw(st.lists(st.tuples(instants, st.integers(0, 4)), max_size=2))
    complained = draw(complaints_made(instants))
    versions = draw(publications(draw(st.sampled_from(later_versions))))
    return Life(
        START + timedelta(days=draw(st.integers(0, 30))),
        versions,
        bought,
        draw(returns(bought)),
        tuple(Did(at, f"d{n}", kind, "app") for n, (at, kind) in enumerate(sorted(did))),
        tuple(Put(at, f"a{n}", "x", value) for n, (at, value) in enumerate(sorted(put))),
        draw(ways(way_counts)),
        complained,
        draw(outcomes(complained)),
    )


def as_known(life, member_id="m"):
    """The same life as tier-svc would have heard of it."""
    lines = {one.fact_id: tuple(Line(*item) for item in one.items) for one in life.bought}
    bought_at = {one.fact_id: one.at for one in life.bought}
    channels = {one.fact_id: one.channel for one in life.complained}
    heard = Heard(
        [
            Fact(
                one.at,
                FactId(one.fact_id),
                sum(item.net_minor for item in one.items),
                1,
                {"growth": one.growth},
                goods(one.store, one.channel, lines[one.fact_id]),
            )
            for one in life.bought
        ],
        [
            HeardReturn(
                FactId(back.fact_id),
                FactId(back.of),
                back.at,
                max(back.at, bought_at[back.of]),
                tuple(Taken(*taken) for taken in back.taken),
                lines[back.of],
                {"growth": back.growth},
            )
            for back in life.backs
        ],
        [
            *(
                Fact(one.at, FactId(one.fact_id), 0, 0, {}, Done(one.kind, one.channel))
                for one in life.did
            ),
            *(
                Fact(one.at, FactId(one.fact_id), 0, 0, {}, Setting(one.attribute, one.value))
                for one in life.put
            ),
            *(
                Fact(one.at, FactId(one.fact_id), 0, 0, {}, complaint_of(one))
                for one in life.complained
            ),
        ],
        outcomes=[outcome_of(one, channels) for one in life.became],
    )
    return Known(member_id, life.enrolled_at, heard, {"x": life.ways})
