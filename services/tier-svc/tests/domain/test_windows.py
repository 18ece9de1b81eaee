"""Windows at their edges: daylight saving, 29 February, membership years, boundary instants; and
filters, tasks, attributes (T1, E7).
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tier_svc.domain.days import adding, ending
from tier_svc.domain.facts import Done, Fact, Goods, Setting
from tier_svc.domain.instants import TICK, Period, Periods, Span, after, anniversary_after, end_of
from tier_svc.domain.measures import (
    Anniversary,
    Calendar,
    Frame,
    Lifetime,
    Measure,
    Metric,
    Only,
    Rolling,
    Visits,
)
from tier_svc.domain.metrics import profile, shares, value_at

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    NEW_YORK,
    ZoneInfo("Asia/Shanghai"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("America/Santiago"),
    ZoneInfo("Pacific/Apia"),
]


def on(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def frame(enrolled="2024-02-29T15:00", zone=NEW_YORK):
    return Frame(zone, on(enrolled, zone))


def bought(text, spend=100, more=None):
    return Fact(on(text), text, spend, 1, {}, more)


WINDOWS = [
    pytest.param(
        Rolling(Span(months=1)), "2026-02-08T02:30", "2026-03-08T03:30", id="a skipped wall time"
    ),
    pytest.param(
        Rolling(Span(days=1)), "2026-03-07T12:00", "2026-03-08T12:00", id="a day of 23 hours"
    ),
    pytest.param(
        Rolling(Span(days=1)), "2026-10-31T12:00", "2026-11-01T12:00", id="a day of 25 hours"
    ),
    pytest.param(
        Rolling(Span(months=12)), "2024-02-29T10:00", "2025-02-28T10:00", id="a leap day's year"
    ),
    pytest.param(
        Rolling(Span(months=1)), "2026-01-31T10:00", "2026-02-28T10:00", id="clamped to February"
    ),
    pytest.param(
        Calendar(Period.MONTH), "2026-03-31T23:59:59", "2026-04-01T00:00", id="the month's end"
    ),
    pytest.param(
        Calendar(Period.QUARTER), "2026-03-08T01:00", "2026-04-01T00:00", id="a quarter with a gap"
    ),
    pytest.param(
        Calendar(Period.YEAR), "2026-01-01T00:00", "2027-01-01T00:00", id="the year's first instant"
    ),
    pytest.param(
        Anniversary(), "2025-02-27T23:59", "2025-02-28T00:00", id="29 February is the 28th"
    ),
    pytest.param(Anniversary(), "2025-02-28T00:00", "2026-02-28T00:00", id="a new membership year"),
    pytest.param(Anniversary(), "2028-02-28T23:59", "2028-02-29T00:00", id="and the 29th again"),
    pytest.param(
        Anniversary(), "2024-02-29T00:00", "2025-02-28T00:00", id="from the local date on"
    ),
    pytest.param(Anniversary(), "2024-02-28T10:00", "2024-02-29T00:00", id="the year before"),
]


@pytest.mark.parametrize(("window", "at", "leaves"), WINDOWS)
def test_E7_a_fact_counts_until_its_window_ends(window, at, leaves):
    measure = Measure(Metric.SPEND, window)
    values = profile(shares(measure, [bought(at)], frame()))
    end = on(leaves)
    seen = [value_at(values, t) for t in (on(at) - TICK, on(at), end - TICK, end)]
    assert seen == [0, 100, 100, 0]


instants = st.builds(
    lambda seconds: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds),
    st.integers(0, 20 * 366 * 86_400),
)
spans = st.sampled_from(
    [Span(months=1), Span(months=12), Span(days=30), Span(months=3), Span(days=1), Span()]
)
several = st.sampled_from([Periods(Period.MONTH, 1), Periods(Period.QUARTER, 2)])


@settings(max_examples=1_500, deadline=None)
@given(instants, spans, several, st.sampled_from(ZONES))
def test_E7_a_days_sum_is_the_sum_of_each_instant(at, span, periods, zone):
    assert adding(span, zone)(at) == after(at, span, zone)
    assert ending(periods, zone)(at) == end_of(at, periods, zone)


@settings(max_examples=300, deadline=None)
@given(instants, instants, st.sampled_from(ZONES))
def test_E7_membership_years_leave_no_gap(at, enrolled_at, zone):
    end = anniversary_after(at, enrolled_at, zone)
    assert end > at
    assert anniversary_after(end - TICK, enrolled_at, zone) == end
    assert timedelta(days=363) < anniversary_after(end, enrolled_at, zone) - end < timedelta(367)


TEA = Goods("s1", "till", {"tea": 70, "toys": 30})
FILTERS = [
    pytest.param(Only(categories=("tea",)), 70, 1, id="a category's lines"),
    pytest.param(Only(categories=("tea", "toys")), 100, 1, id="several categories"),
    pytest.param(Only(categories=("wine",)), 0, 0, id="nothing of it"),
    pytest.param(Only(stores=("s1", "s9")), 100, 1, id="a store"),
    pytest.param(Only(channels=("web",)), 0, 0, id="another channel"),
    pytest.param(Only(("tea",), ("s9",), ()), 0, 0, id="all that is named has to hold"),
]


@pytest.mark.parametrize(("only", "spend", "visits"), FILTERS)
def test_T1_a_filter_looks_at_its_own(only, spend, visits):
    fact = bought("2026-03-05T10:00", 100, TEA)
    for metric, value in ((Metric.SPEND, spend), (Metric.VISITS, visits)):
        counts = Visits.ORDERS if metric is Metric.VISITS else None
        measure = Measure(metric, Lifetime(), counts, only=only)
        assert value_at(profile(shares(measure, [fact], frame())), fact.occurred_at) == value


def test_T1_a_purchase_whose_store_nobody_told_passes_no_filter():
    fact = bought("2026-03-05T10:00", 100, Goods(None, None, {}))
    measure = Measure(Metric.SPEND, Lifetime(), only=Only(stores=("s1",)))
    assert shares(measure, [fact], frame()) == []


def did(text, kind, channel="app"):
    return Fact(on(text), text, 0, 0, {}, Done(kind, channel))


DONE = [did("2026-03-01", "a"), did("2026-03-05", "a"), did("2026-03-09", "b", "web")]


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        pytest.param(Measure(Metric.ACTIVITIES, Lifetime()), 3, id="any kind"),
        pytest.param(Measure(Metric.ACTIVITIES, Lifetime(), kinds=("a",)), 2, id="one kind"),
        pytest.param(
            Measure(Metric.ACTIVITIES, Lifetime(), only=Only(channels=("web",))), 1, id="a channel"
        ),
        pytest.param(Measure(Metric.TASKS, Lifetime(), kinds=("a", "b")), 2, id="each task once"),
        pytest.param(
            Measure(Metric.TASKS, Rolling(Span(days=5)), kinds=("a", "b")), 2, id="while it counts"
        ),
        pytest.param(Measure(Metric.SPEND, Lifetime()), 0, id="no spend"),
        pytest.param(Measure(Metric.VISITS, Lifetime(), Visits.DAYS), 0, id="no visit"),
    ],
)
def test_T1_activities_and_tasks(measure, value):
    assert value_at(profile(shares(measure, DONE, frame())), on("2026-03-09")) == value


def put(text, value, name="x"):
    return Fact(on(text), f"{text}{value}", 0, 0, {}, Setting(name, value))


@pytest.mark.parametrize(
    ("at", "window", "value"),
    [
        pytest.param("2026-02-28T23:59", Lifetime(), 0, id="before it is set"),
        pytest.param("2026-03-01", Lifetime(), 5, id="from its instant on"),
        pytest.param("2026-04-01", Lifetime(), 3, id="until it is set anew, also lower"),
        pytest.param("2027-01-01", Lifetime(), 3, id="for ever"),
        pytest.param("2026-05-02", Rolling(Span(days=30)), 0, id="or until it is out of date"),
    ],
)
def test_T1_an_attribute_holds_until_it_is_set_anew(at, window, value):
    facts = [put("2026-03-01", 5), put("2026-03-20", 9, "y"), put("2026-04-01", 3)]
    measure = Measure(Metric.ATTRIBUTES, window, attribute="x")
    assert value_at(profile(shares(measure, facts, frame())), on(at)) == value
