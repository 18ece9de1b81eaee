"""The oracle's programme and facts in the words of tier-svc's core."""

from contracts.ids import FactId
from tests.oracle.facts import History as Facts
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
from tests.oracle.rating import Rated
from tests.oracle.timeline import Interval
from tier_svc.domain import facts, instants, ladder, walk


def span(of: Span) -> instants.Span:
    return instants.Span(of.months, of.days)


def periods(of: Calendar) -> instants.Periods:
    return instants.Periods(instants.Period(of.period), of.n)


def window(of: Window) -> ladder.Window:
    if isinstance(of, Lifetime):
        return ladder.Lifetime()
    if isinstance(of, Calendar):
        return ladder.Calendar(instants.Period(of.period))
    return ladder.Rolling(span(of))


def measure(of: Need, within: Window) -> ladder.Measure:
    over = window(within)
    if of.metric == "spend":
        return ladder.Measure(ladder.Metric.SPEND, over)
    if of.metric in {"visits", "days"}:
        each = ladder.Visits.ORDERS if of.metric == "visits" else ladder.Visits.DAYS
        return ladder.Measure(ladder.Metric.VISITS, over, visits=each)
    return ladder.Measure(ladder.Metric.POINTS, over, point_type=of.metric)


def test_of(of: Test, within: Window) -> ladder.Test:
    if isinstance(of, Need):
        return ladder.AtLeast(measure(of, within), of.at_least)
    parts = tuple(test_of(each, within) for each in of.of)
    return ladder.AllOf(parts) if isinstance(of, AllOf) else ladder.AnyOf(parts)


def stay(of: Span | Calendar | None) -> instants.Span | instants.Periods | None:
    return periods(of) if isinstance(of, Calendar) else span(of) if of else None


def rung(of: Rung) -> ladder.Rung:
    return ladder.Rung(
        tier=of.tier,
        test=test_of(of.test, of.window),
        stay=stay(of.stay),
        renewal=ladder.Renewal(of.renewal),
        minimum_stay=span(of.minimum_stay),
        grace=span(of.grace),
        downgrade=ladder.Downgrade(of.downgrade),
    )


def ladder_of(of: Programme) -> ladder.Ladder:
    rungs = (ladder.Rung(of.base), *(rung(each) for each in of.rungs))
    return ladder.Ladder(of.name, 1, rungs)


def heard(of: Facts, rated: Rated, point_types: frozenset[str]) -> facts.History:
    """What tier-svc has heard in the end, every fact with its points."""
    purchases = [
        facts.Fact(
            p.occurred_at,
            FactId(p.fact_id),
            sum(line.net_minor for line in p.lines),
            1,
            {kind: rated.accruals[p.fact_id, kind] for kind in point_types},
        )
        for p in of.purchases
    ]
    returns = [
        facts.HeardReturn(
            FactId(r.fact_id),
            FactId(r.purchase_id),
            of.effect_at(r),
            r.units,
            tuple(
                facts.Line(line.line_id, line.units, line.net_minor)
                for line in of.purchase(r.purchase_id).lines
            ),
            {kind: rated.reversals[r.fact_id, kind] for kind in point_types},
        )
        for r in of.returns
    ]
    return facts.history(purchases, returns, point_types)


def interval(of: walk.Interval, programme: Programme) -> Interval:
    tiers = (programme.base, *(each.tier for each in programme.rungs))
    return Interval(tiers[of.rank], of.ordinal, of.from_at, of.to_at)
