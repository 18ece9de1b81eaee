"""The timeline against a naive model that stands at every critical instant, one after the other,
and looks (T4).

The model shares nothing with the walk but the ladder and the calendar: it sums the facts anew at
each instant, keeps each rung's state in a dictionary, and starts again from nothing for each set of
returns.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.ids import FactId
from tier_svc.domain import timeline
from tier_svc.domain.facts import Fact, History, Return
from tier_svc.domain.instants import TICK, Period, Periods, Span, after, end_of
from tier_svc.domain.ladder import (
    AllOf,
    AnyOf,
    AtLeast,
    Calendar,
    Downgrade,
    Ladder,
    Lifetime,
    Measure,
    Metric,
    Renewal,
    Rolling,
    Rung,
    Visits,
)

ZONE = ZoneInfo("America/New_York")
START = datetime(2023, 12, 1, 5, tzinfo=UTC)


def window_ends(fact, window):
    if isinstance(window, Rolling):
        return after(fact.occurred_at, window.span, ZONE)
    if isinstance(window, Calendar):
        return end_of(fact.occurred_at, Periods(window.period, 1), ZONE)
    return None


def value(measure, facts, at):
    ends = ((fact, window_ends(fact, measure.window)) for fact in facts if fact.occurred_at <= at)
    counting = [fact for fact, end in ends if end is None or at < end]
    if measure.metric is Metric.SPEND:
        return sum(fact.spend for fact in counting)
    if measure.metric is Metric.POINTS:
        return sum(fact.points.get(measure.point_type, 0) for fact in counting)
    visits = [fact.occurred_at for fact in counting if fact.visits]
    if measure.visits is Visits.DAYS:
        return len({at.astimezone(ZONE).date() for at in visits})
    return len(visits)


def is_met(test, facts, at):
    if isinstance(test, AtLeast):
        return value(test.measure, facts, at) >= test.threshold
    return (all if isinstance(test, AllOf) else any)(is_met(part, facts, at) for part in test.parts)


def stay_end(rung, at, inside):
    if isinstance(rung.stay, Span):
        return after(at, rung.stay, ZONE)
    return end_of(inside, rung.stay, ZONE) if rung.stay else at


def over(rung, state, f, stay_until):
    return max(
        after(f, rung.grace, ZONE), stay_until, after(state["since"], rung.minimum_stay, ZONE)
    )


def begin(rung, at, by_step, met):
    """A rung begins: what its state is, and where it next has to be looked at."""
    state = {"since": at, "end": None, "look": None}
    if by_step and not met:
        state["end"] = over(rung, state, at, stay_end(rung, at, at))
    elif rung.renewal is Renewal.AT_PERIOD_END:
        state["look"] = stay_end(rung, at, at)
    return state


def advance_continuous(rung, state, met, at):
    if met:
        state["end"] = None
    elif state["end"] is None:
        state["end"] = over(rung, state, at, stay_end(rung, at, at - TICK))
    return False


def advance_at_period_end(rung, state, met, at):
    """Answers whether the stay was renewed at this instant."""
    if state["look"] is not None:
        if at < state["look"]:
            return False
        if not met:
            state["look"], state["end"] = None, over(rung, state, at, at)
            return False
    elif not met:
        return False
    state["look"], state["end"] = stay_end(rung, at, at), None
    return True


def advance(rung, state, met, at, stepped):
    """(state, renewed, lost) of one rung at one instant."""
    lost = renewed = False
    if state and state["end"] is not None and at >= state["end"]:
        state, lost = None, True
    if state:
        at_end = rung.renewal is Renewal.AT_PERIOD_END
        renewed = (advance_at_period_end if at_end else advance_continuous)(rung, state, met, at)
        if state["end"] is not None and at >= state["end"]:
            state, lost = None, True
    if state is None and (met or stepped):
        state, lost = begin(rung, at, stepped, met), False
        if state["end"] is not None and at >= state["end"]:
            state, lost = None, True
    return state, renewed, lost


def walk(ladder, facts, start):
    """{instant: (rank, ordinal)} at every instant at which anything can change."""
    windows = {leaf.window for leaf in ladder.measures}
    waiting = {start} | {fact.occurred_at for fact in facts}
    waiting |= {end for fact in facts for window in windows if (end := window_ends(fact, window))}
    states = [None] * len(ladder.rungs)
    counts = [0] * len(ladder.rungs)
    shown, out = None, {}
    while waiting:
        at = min(waiting)
        waiting.discard(at)
        stepped, renewed = False, set()
        for rank in range(len(ladder.rungs) - 1, 0, -1):
            rung = ladder.rungs[rank]
            met = is_met(rung.test, facts, at)
            states[rank], again, lost = advance(rung, states[rank], met, at, stepped)
            renewed |= {rank} if again else set()
            stepped = lost and rung.downgrade is Downgrade.ONE_STEP
            if states[rank]:
                waiting |= {
                    t
                    for t in (states[rank]["end"], states[rank]["look"])
                    if t is not None and t > at
                }
        top = max((rank for rank in range(len(states)) if states[rank]), default=0)
        if top != shown or top in renewed:
            counts[top] += 1
        shown = top
        out[at] = (top, counts[top])
    return out


def known_at(history, at):
    """The facts that occurred by an instant, less what came back by then."""
    facts = []
    for fact in history.facts:
        back = [
            r for r in history.returns if r.purchase_fact_id == fact.fact_id and r.effect_at <= at
        ]
        if fact.occurred_at <= at:
            growth = fact.points["growth"] - sum(r.points["growth"] for r in back)
            is_gone = bool(back) and sum(r.units for r in back) == back[0].of_units
            spend = fact.spend - sum(r.spend for r in back)
            facts.append(fact._replace(spend=spend, visits=1 - is_gone, points={"growth": growth}))
    return facts


def naive_told(ladder, history, start, at, walks):
    """tier(t) = F(facts that occurred by t)(t), with nothing after t known at all."""
    facts = known_at(history, at)
    key = str(facts)
    if key not in walks:
        walks[key] = walk(ladder, facts, start)
    return walks[key][max(instant for instant in walks[key] if instant <= at)]


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
windows = st.sampled_from(
    [
        Rolling(Span(months=1)),
        Rolling(Span(months=3)),
        Rolling(Span(days=30)),
        Calendar(Period.MONTH),
        Calendar(Period.QUARTER),
        Lifetime(),
    ]
)
bounded_windows = windows.filter(lambda window: not isinstance(window, Lifetime))


def measures(allowed):
    return st.one_of(
        st.builds(Measure, st.just(Metric.SPEND), allowed),
        st.builds(Measure, st.just(Metric.VISITS), allowed, st.sampled_from(Visits)),
        st.builds(Measure, st.just(Metric.POINTS), allowed, st.none(), st.just("growth")),
    )


def leaf(measure, level):
    return AtLeast(measure, level if measure.metric is Metric.VISITS else level * 100)


def trees(allowed):
    one = st.builds(leaf, measures(allowed), st.integers(1, 4))
    several = st.lists(one, min_size=2, max_size=2).map(tuple)
    return st.one_of(one, one, st.builds(AllOf, several), st.builds(AnyOf, several))


SPANS = [Span(), Span(days=10), Span(months=1), Span(months=2)]
STAYS = [Span(months=1), Span(months=3), Periods(Period.MONTH, 2), Periods(Period.QUARTER, 1)]
rests = {
    "minimum_stay": st.sampled_from(SPANS),
    "grace": st.sampled_from(SPANS),
    "downgrade": st.sampled_from(Downgrade),
}


def rung(renewal, allowed, stays):
    return st.builds(
        Rung, st.just("x"), trees(allowed), st.sampled_from(stays), st.just(renewal), **rests
    )


rungs = st.one_of(
    rung(Renewal.CONTINUOUS, windows, [None, *STAYS]),
    rung(Renewal.AT_PERIOD_END, bounded_windows, STAYS),
)
ladders = st.lists(rungs, min_size=1, max_size=3).map(
    lambda found: Ladder("x", 1, (Rung("base"), *found))
)


@st.composite
def histories(draw):
    made = draw(st.lists(st.tuples(instants, st.integers(0, 3)), max_size=9))
    facts = [
        Fact(at, FactId(f"p{n:02}"), 100 * amount, 1, {"growth": 100 * amount})
        for n, (at, amount) in enumerate(sorted(made))
    ]
    returns = []
    for n, fact in enumerate(facts):
        for part in range(draw(st.sampled_from([0, 0, 1, 3]))):
            later = draw(st.sampled_from([0, 0, 1, 20, 90]))
            spend = Fraction(fact.spend, 3)
            points = {"growth": fact.points["growth"] // 3}
            at = fact.occurred_at + timedelta(days=later)
            returns.append(Return(at, FactId(f"r{n:02}{part}"), fact.fact_id, spend, 1, 3, points))
    return History(facts, sorted(returns))


@settings(max_examples=1_200, deadline=None)
@given(ladders, histories(), st.integers(0, 30))
def test_T4_the_timeline_equals_a_naive_model(ladder, history, days_later):
    start = timeline.starts_at(START + timedelta(days=days_later), history)
    intervals = timeline.told(ladder, history, start, start, ZONE)
    assert [one.to_at for one in intervals[:-1]] == [two.from_at for two in intervals[1:]]
    assert intervals[0].from_at == start
    assert intervals[-1].to_at is None
    edges = {interval.from_at for interval in intervals} | {f.occurred_at for f in history.facts}
    edges |= {back.effect_at for back in history.returns}
    edges |= set(walk(ladder, history.facts, start))
    walks = {}
    for at in sorted({*edges, *(edge - TICK for edge in edges if edge > start)}):
        place = timeline.at(intervals, at)
        assert place is not None
        found = (intervals[place].rank, intervals[place].ordinal)
        assert found == naive_told(ladder, history, start, at, walks), at


@settings(max_examples=300, deadline=None)
@given(ladders, histories(), instants)
def test_T4_a_part_of_the_timeline_is_the_timeline_s_part(ladder, history, since):
    start = timeline.starts_at(START, history)
    since = max(since, start)
    whole = timeline.told(ladder, history, start, start, ZONE)
    tail = timeline.told(ladder, history, start, since, ZONE)
    seen = [(one.rank, one.ordinal, one.from_at, one.to_at) for one in tail]
    assert seen == [
        (one.rank, one.ordinal, one.from_at, one.to_at) for one in timeline.clip(whole, since)
    ]
    assert timeline.join(timeline.clip(whole, start, since), tail) == whole
