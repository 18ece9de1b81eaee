"""Metrics over time and when a test is met (T1, T2)."""

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.facts import Fact
from tier_svc.domain.instants import Period, Span
from tier_svc.domain.ladder import AllOf, AnyOf, AtLeast
from tier_svc.domain.measures import (
    Calendar,
    Frame,
    Lifetime,
    Measure,
    Metric,
    Rolling,
    Visits,
)
from tier_svc.domain.metrics import Met, met, profile, profiles, shares, value_at

ZONE = ZoneInfo("Asia/Shanghai")


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


FRAME = Frame(ZONE, on("2025-12-31"))


def fact(text, spend=100, visits=1, **points):
    return Fact(on(text), text, spend, visits, points)


def values(measure, *facts):
    return profile(shares(measure, facts, FRAME))


def test_E7_a_rolling_window_adds_to_the_fact():
    seen = values(Measure(Metric.SPEND, Rolling(Span(months=1))), fact("2026-01-31T10:00"))
    assert seen == [(on("2026-01-31T10:00"), 100), (on("2026-02-28T10:00"), 0)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-31T23:59", 200),
        ("2026-04-01T00:00", 7),
        ("2026-02-28T23:59", 0),
        ("2026-03-01T00:00", 100),
    ],
)
def test_T2_a_calendar_window_is_half_open(at, expected):
    facts = [fact("2026-03-01T00:00"), fact("2026-03-31T23:00"), fact("2026-04-01T00:00", 7)]
    assert (
        value_at(values(Measure(Metric.SPEND, Calendar(Period.MONTH)), *facts), on(at)) == expected
    )


def test_T1_what_comes_and_leaves_at_one_instant_is_taken_together():
    window = Rolling(Span(months=12))
    facts = [fact("2026-03-01T10:00", 100), fact("2027-03-01T10:00", 100)]
    assert values(Measure(Metric.SPEND, window), *facts) == [
        (on("2026-03-01T10:00"), 100),
        (on("2027-03-01T10:00"), 100),
        (on("2028-03-01T10:00"), 0),
    ]


def test_T1_facts_of_one_instant_count_together():
    seen = values(Measure(Metric.SPEND, Lifetime()), fact("2026-03-01", 1), fact("2026-03-01", 2))
    assert seen == [(on("2026-03-01"), 3)]


def test_T1_spend_is_exact():
    facts = [fact("2026-03-01", Fraction(100, 3)), fact("2026-03-02", Fraction(200, 3))]
    assert value_at(values(Measure(Metric.SPEND, Lifetime()), *facts), on("2026-03-03")) == 100


def test_T1_visits_are_orders_or_days():
    facts = [
        fact("2026-03-01T10:00"),
        fact("2026-03-01T23:00"),
        fact("2026-03-02T01:00"),
        fact("2026-03-03T01:00", visits=0),
    ]
    month = Calendar(Period.MONTH)
    orders = values(Measure(Metric.VISITS, month, Visits.ORDERS), *facts)
    days = values(Measure(Metric.VISITS, month, Visits.DAYS), *facts)
    assert value_at(orders, on("2026-03-31")) == 3
    assert value_at(days, on("2026-03-31")) == 2


def test_T1_a_day_of_visits_leaves_with_its_last_order():
    measure = Measure(Metric.VISITS, Rolling(Span(days=30)), Visits.DAYS)
    seen = values(measure, fact("2026-03-01T10:00"), fact("2026-03-01T20:00"))
    assert seen == [(on("2026-03-01T10:00"), 1), (on("2026-03-31T20:00"), 0)]


def test_T1_points_are_those_of_their_type():
    measure = Measure(Metric.POINTS, Lifetime(), point_type="growth")
    assert values(measure, fact("2026-03-01", points=9, growth=5)) == [(on("2026-03-01"), 5)]


SPEND = Measure(Metric.SPEND, Rolling(Span(days=10)))
ORDERS = Measure(Metric.VISITS, Calendar(Period.MONTH), Visits.ORDERS)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        pytest.param(AtLeast(SPEND, 100), [("2026-03-05", "2026-03-15")], id="one leaf"),
        pytest.param(AtLeast(SPEND, 101), [], id="one too little"),
        pytest.param(
            AllOf((AtLeast(SPEND, 100), AtLeast(ORDERS, 1))),
            [("2026-03-05", "2026-03-15")],
            id="all",
        ),
        pytest.param(
            AnyOf((AtLeast(SPEND, 100), AtLeast(ORDERS, 1))),
            [("2026-03-05", "2026-04-01")],
            id="any",
        ),
        pytest.param(
            AnyOf((AllOf((AtLeast(SPEND, 100), AtLeast(ORDERS, 2))), AtLeast(ORDERS, 1))),
            [("2026-03-05", "2026-04-01")],
            id="a tree",
        ),
    ],
)
def test_T2_a_test_is_met(test, expected):
    seen = met(test, profiles([SPEND, ORDERS], [fact("2026-03-05")], FRAME))
    assert seen == [Met(on(one), on(other)) for one, other in expected]
