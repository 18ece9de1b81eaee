"""When a ladder looks at returns, where a clock goes back: Berlin, 26 October 2025, 01:00Z (T4)."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.oracle.crowds import crowd_of, crowd_timelines, timelines
from tests.oracle.simulated import hand_made
from tier_svc.domain.evaluation import Standing, evaluate
from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken
from tier_svc.domain.instants import Span
from tier_svc.domain.ladder import AtLeast, Ladder, Rung
from tier_svc.domain.measures import Lifetime, Measure, Metric
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.timeline import told_timeline

BERLIN = ZoneInfo("Europe/Berlin")
SPENT = AtLeast(Measure(Metric.SPEND, Lifetime()), 99)
BY = Publication(
    Ladder("x", 1, (Rung("base"), Rung("gold", SPENT)), on_return=Span(days=7)), BERLIN
)


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NONE = {"growth": 0}
BOUGHT = Fact(on("2025-10-01T10:00"), "p", 100, 1, NONE)


def back(name, at, units, refund):
    lines = (Line("1", 2, 100),)
    return HeardReturn(name, "p", on(at), on(at), (Taken("1", units, refund),), lines, NONE)


A_REFUND = back("r1", "2025-10-26T00:50", 0, 1)
EVERYTHING = back("r2", "2025-10-26T01:10", 2, 0)


def known(*returns):
    return Known("m", on("2025-01-01T00:00"), Heard([BOUGHT], returns), {})


def told(*returns):
    timeline = told_timeline(grounds_of([BY], known(*returns)))
    return [(one.tier, one.from_at, one.fact_id) for one in timeline[1:]]


GOLD = ("gold", BOUGHT.occurred_at, "p")


def test_T4_with_a_return_those_of_its_purchase_before_it_are_looked_at():
    gone = ("base", on("2025-11-02T01:10"), "r2")
    assert told(A_REFUND, EVERYTHING) == told(EVERYTHING) == [GOLD, gone]
    assert told(A_REFUND) == [GOLD]


@pytest.mark.parametrize("order", [(A_REFUND, EVERYTHING), (EVERYTHING, A_REFUND)])
def test_E3_returns_of_the_hour_that_comes_twice_end_alike_in_every_order(order):
    standing = Standing("m", "x", 0, ())
    for count, heard in enumerate((None, *order)):
        touched = {heard.fact_id} if heard else None
        found = evaluate(grounds_of([BY], known(*order[:count])), standing, touched)
        if found:
            standing = Standing("m", "x", found.seq, found.told)
    assert standing.told == told_timeline(grounds_of([BY], known(*order)))


def test_T7_many_at_once_are_looked_at_alike():
    asked = hand_made(
        before=(replace(BY, ladder=replace(BY.ladder, on_return=None)),),
        after=(BY,),
        from_at=on("2025-10-01T00:00"),
        to_at=on("2025-12-01T00:00"),
        zone=BERLIN,
        terms={},
    )
    members = [
        replace(known(*returns), member_id=f"m{n}")
        for n, returns in enumerate([(A_REFUND, EVERYTHING), (EVERYTHING,), (A_REFUND,), ()])
    ]
    sides = crowd_timelines(asked, crowd_of(members))
    assert sides == timelines(asked, members)
    assert [of[0][-1] for of in sides] == [
        (on("2025-10-26T01:10"), "base"),
        (on("2025-11-02T01:10"), "base"),
    ]
