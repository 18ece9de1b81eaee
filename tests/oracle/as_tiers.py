"""The oracle's programme and facts in the words of tier-svc's core."""

from tests.oracle.programme import (
    AllOf,
    Calendar,
    Lifetime,
    Need,
    Programme,
    Rung,
    Span,
    Test,
    Window,
)
from tests.oracle.timeline import Interval
from tier_svc.domain import instants, intervals, ladder, measures


def span(of: Span) -> instants.Span:
    return instants.Span(of.months, of.days)


def periods(of: Calendar) -> instants.Periods:
    return instants.Periods(instants.Period(of.period), of.n)


def window(of: Window) -> measures.Window:
    if isinstance(of, Lifetime):
        return measures.Lifetime()
    if isinstance(of, Calendar):
        return measures.Calendar(instants.Period(of.period))
    return measures.Rolling(span(of))


def measure(of: Need, within: Window) -> measures.Measure:
    over = window(within)
    if of.metric == "spend":
        return measures.Measure(measures.Metric.SPEND, over)
    if of.metric in {"visits", "days"}:
        each = measures.Visits.ORDERS if of.metric == "visits" else measures.Visits.DAYS
        return measures.Measure(measures.Metric.VISITS, over, visits=each)
    return measures.Measure(measures.Metric.POINTS, over, point_type=of.metric)


def asked_of(of: Test, within: Window) -> ladder.Test:
    if isinstance(of, Need):
        return ladder.AtLeast(measure(of, within), of.at_least)
    parts = tuple(asked_of(each, within) for each in of.of)
    return ladder.AllOf(parts) if isinstance(of, AllOf) else ladder.AnyOf(parts)


def stay(of: Span | Calendar | None) -> instants.Span | instants.Periods | None:
    return periods(of) if isinstance(of, Calendar) else span(of) if of else None


def rung(of: Rung) -> ladder.Rung:
    return ladder.Rung(
        tier=of.tier,
        test=asked_of(of.test, of.window),
        stay=stay(of.stay),
        renewal=ladder.Renewal(of.renewal),
        minimum_stay=span(of.minimum_stay),
        grace=span(of.grace),
        downgrade=ladder.Downgrade(of.downgrade),
    )


def ladder_of(of: Programme) -> ladder.Ladder:
    rungs = (ladder.Rung(of.base), *(rung(each) for each in of.rungs))
    return ladder.Ladder(of.name, 1, rungs)


def interval(of: intervals.Interval, programme: Programme) -> Interval:
    tiers = (programme.base, *(each.tier for each in programme.rungs))
    return Interval(tiers[of.rank], of.ordinal, of.from_at, of.to_at)
