"""The member's story of `classic`, in both its forms, as a timeline (programmes.md)."""

from datetime import UTC, datetime
from itertools import islice, permutations
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken, history
from tier_svc.domain.grounds import Grounds, Version
from tier_svc.domain.instants import Period, Periods, Span
from tier_svc.domain.ladder import AtLeast, Ladder, Renewal, Rung
from tier_svc.domain.measures import Calendar, Lifetime, Measure, Metric, Rolling, Visits
from tier_svc.domain.timeline import told_timeline

ZONE = ZoneInfo("Asia/Shanghai")
CLASSIC = Ladder(
    "classic",
    1,
    (
        Rung("regular"),
        Rung(
            "silver",
            AtLeast(Measure(Metric.VISITS, Calendar(Period.MONTH), Visits.ORDERS), 3),
            stay=Periods(Period.MONTH, 2),
        ),
        Rung(
            "gold",
            AtLeast(Measure(Metric.POINTS, Rolling(Span(months=12)), None, "growth"), 10_000),
            stay=Span(months=12),
            renewal=Renewal.AT_PERIOD_END,
        ),
        Rung("vip", AtLeast(Measure(Metric.SPEND, Lifetime()), 10_000_000)),
    ),
)


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def bought(name, at, net_minor):
    return Fact(on(at), name, net_minor, 1, {"growth": net_minor // 100})


def returned(name, at, line, growth):
    lines = (Line("1", 1, 60_000), Line("2", 1, 40_000))
    return back_of("D", name, at, (line, 1), lines, growth)


def back_of(purchase, name, at, taken, lines, growth):
    return HeardReturn(name, purchase, on(at), on(at), (Taken(*taken),), lines, {"growth": growth})


A = bought("A", "2026-03-02T10:00", 10_000)
B = bought("B", "2026-03-09T12:00", 25_050)
C = bought("C", "2026-03-20T18:00", 9_990)
D = bought("D", "2026-04-05T09:00", 100_000)
R2 = returned("R2", "2026-04-08T10:00", "2", 400)
R1 = returned("R1", "2026-04-10T10:00", "1", 600)
E = bought("E", "2026-04-20T10:00", 1_000)
F = bought("F", "2026-03-05T08:00", 20_000)
ENROLLED = on("2026-03-01T00:00")


def told(*facts, ladder=CLASSIC):
    heard = Heard(
        [f for f in facts if isinstance(f, Fact)],
        [f for f in facts if isinstance(f, HeardReturn)],
    )
    return told_timeline(Grounds(ENROLLED, (Version(ladder, ZONE, history(heard, ladder, ZONE)),)))


def seen(*facts):
    return [(i.tier, i.ordinal, i.from_at, i.reason, i.fact_id) for i in told(*facts)]


REGULAR = ("regular", 1, ENROLLED, "started", None)
BACK = ("regular", 2, on("2026-05-01T00:00"), "ended", None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([A, B], [REGULAR], id="2 regular"),
        pytest.param(
            [A, B, C],
            [REGULAR, ("silver", 1, on("2026-03-20T18:00"), "reached", "C"), BACK],
            id="3 silver since C until May",
        ),
        pytest.param(
            [A, B, C, D, R2, R1, E],
            [REGULAR, ("silver", 1, on("2026-03-20T18:00"), "reached", "C"), BACK],
            id="8 April has one visit that stands",
        ),
        pytest.param(
            [A, B, C, D, R2, R1, E, F],
            [REGULAR, ("silver", 1, on("2026-03-09T12:00"), "reached", "B"), BACK],
            id="9 silver since B",
        ),
    ],
)
def test_T4_the_story_as_told(facts, expected):
    assert seen(*facts) == expected


def test_E3_the_story_in_every_order():
    expected = told(A, B, C, D, R2, R1, E, F)
    orders = islice(permutations([A, B, C, D, R2, R1, E, F]), 0, None, 199)
    assert all(told(*order) == expected for order in orders)


def test_T3_growth_counts_a_purchase_once_it_is_heard_of():
    silent = C._replace(points={})
    assert seen(A, B, silent) == [REGULAR]


def test_T3_gold_needs_ten_thousand_within_a_year_and_is_kept_a_year():
    first, second = bought("1", "2026-03-02", 400_000), bought("2", "2026-05-02", 600_000)
    assert seen(first, second) == [
        REGULAR,
        ("gold", 1, on("2026-05-02"), "reached", "2"),
        ("regular", 2, on("2027-05-02"), "ended", None),
    ]


def test_T3_gold_is_tested_again_at_its_end():
    first, again = bought("1", "2026-05-02", 1_000_000), bought("2", "2026-12-24", 1_000_000)
    assert seen(first, again) == [
        REGULAR,
        ("gold", 1, on("2026-05-02"), "reached", "1"),
        ("gold", 2, on("2027-05-02"), "renewed", None),
        ("regular", 2, on("2028-05-02"), "ended", None),
    ]


def test_T3_vip_is_lost_only_by_returns_and_falls_into_the_running_gold():
    big = Fact(on("2026-03-02"), "1", 10_000_000, 1, {"growth": 100_000})
    lines = (Line("1", 10, 10_000_000),)
    back = back_of("1", "2", "2026-04-02", ("1", 1), lines, 10_000)
    assert seen(big, back) == [
        REGULAR,
        ("vip", 1, on("2026-03-02"), "reached", "1"),
        ("gold", 1, on("2026-04-02"), "returned", "2"),
        ("regular", 2, on("2027-03-02"), "ended", None),
    ]


def test_T4_what_was_true_before_a_return_stays_true_and_it_ends_a_tier_at_once():
    lines = (Line("1", 1, 9_990),)
    back = back_of("C", "R", "2026-04-03", ("1", 1), lines, 99)
    assert seen(A, B, C, back) == [
        REGULAR,
        ("silver", 1, on("2026-03-20T18:00"), "reached", "C"),
        ("regular", 1, on("2026-04-03"), "returned", "R"),
    ]


def test_B2_a_stay_that_a_return_erased_is_not_counted():
    lines = (Line("1", 1, 9_990),)
    back = back_of("C", "R", "2026-03-21", ("1", 1), lines, 99)
    again = bought("G", "2026-03-25", 100)
    assert seen(A, B, C, back, again)[-3:] == [
        ("regular", 1, on("2026-03-21"), "returned", "R"),
        ("silver", 1, on("2026-03-25"), "reached", "G"),
        BACK,
    ]


def test_T4_a_return_at_the_instant_of_its_purchase_lifts_no_tier():
    lines = (Line("1", 1, 9_990),)
    back = back_of("C", "R", "2026-03-20T18:00", ("1", 1), lines, 99)
    assert seen(A, B, C, back) == [REGULAR]


def test_T3_a_return_waits_for_its_purchase_and_its_points():
    assert told(A, B, C, R2) == told(A, B, C)
    assert told(A, B, C, D, R2._replace(points={})) == told(A, B, C, D)


def test_T4_the_timeline_begins_with_a_purchase_from_before_enrolment():
    early = bought("0", "2026-02-20", 100)
    assert told(early)[0].from_at == early.occurred_at


def test_T4_half_a_line_is_an_exact_part():
    lines = (Line("1", 3, 100),)
    back = back_of("A", "R", "2026-03-03", ("1", 1), lines, 0)
    counted = history(Heard([A], [back]), CLASSIC, ZONE)
    assert counted.returns[0].kept.spend * 3 == 200
