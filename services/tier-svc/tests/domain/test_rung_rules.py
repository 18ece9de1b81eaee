"""What a rung may say besides its test: floor, no way down, a pass, when it is looked at, what a
return does; and how versions hand over (T2, T4, T8).
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.facts import Fact, Heard, HeardReturn, Line, Taken
from tier_svc.domain.grounds import Migration
from tier_svc.domain.instants import Period, Periods, Span
from tier_svc.domain.ladder import AtLeast, Downgrade, Ladder, Pass, Renewal, Rung
from tier_svc.domain.measures import Calendar, Lifetime, Measure, Metric, Rolling, Visits
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.timeline import told_timeline
from tier_svc.domain.ways import Goal, Way, WayKind

ZONE = ZoneInfo("Asia/Shanghai")
A_MONTH = Rolling(Span(months=1))


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC) if text else None


def bought(day, spend=100):
    return Fact(on(day), f"p{day}", spend, 1, {})


def back(purchase, day, units=0, refund=0, of_units=2):
    lines = (Line("1", of_units, purchase.spend),)
    at = on(day)
    return HeardReturn(f"r{day}", purchase.fact_id, at, at, (Taken("1", units, refund),), lines, {})


def up(tier="up", spend=100, window=A_MONTH, **rules):
    return Rung(tier, AtLeast(Measure(Metric.SPEND, window), spend), **rules)


def ladder(*rungs, version=1, **rules):
    return Ladder("x", version, (Rung("base"), *rungs), **rules)


def told(*publications, bought=(), back=(), ways=()):
    known = Known("m", on("2026-01-01"), Heard(bought, back), {"x": ways})
    made = [one if isinstance(one, Publication) else Publication(one, ZONE) for one in publications]
    return [
        (one.tier, one.ordinal, f"{one.from_at.astimezone(ZONE):%Y-%m-%d}", str(one.reason))
        for one in told_timeline(grounds_of(made, known))
    ]


START = ("base", 1, "2026-01-01", "started")
MARCH = ("up", 1, "2026-03-01", "reached")


def test_T2_who_has_reached_a_rung_never_falls_below_its_floor():
    rungs = (up("low", 50), up("high", 100, floor="low"))
    assert told(ladder(*rungs), bought=[bought("2026-03-01")]) == [
        START,
        ("high", 1, "2026-03-01", "reached"),
        ("low", 1, "2026-04-01", "floor"),
    ]


def test_T2_a_floor_that_came_back_is_none():
    rungs = (up("low", 50), up("high", 100, floor="low"))
    sale = bought("2026-03-01")
    seen = told(ladder(*rungs), bought=[sale], back=[back(sale, "2026-03-09", units=2)])
    assert seen[-1] == ("base", 1, "2026-03-09", "returned")


def test_T2_a_rung_that_leads_nowhere_down_is_kept():
    assert told(ladder(up(downgrade=Downgrade.NONE)), bought=[bought("2026-03-01")]) == [
        START,
        MARCH,
    ]


def test_T2_without_a_pass_the_test_alone_lifts_nobody():
    rung = up(needs=Pass.INVITATION)
    invited = Way("w", WayKind.INVITATION, "up", on("2026-03-10"), None)
    sale = [bought("2026-03-01")]
    assert told(ladder(rung), bought=sale) == [START]
    assert told(ladder(rung), bought=sale, ways=[invited])[1:] == [
        ("up", 1, "2026-03-10", "reached"),
        ("base", 2, "2026-04-01", "ended"),
    ]
    assert told(ladder(rung), ways=[invited]) == [START]


def test_T2_a_rung_without_a_test_is_its_pass():
    paid = Way("w", WayKind.PAID, "club", on("2026-03-10"), on("2026-06-10"))
    assert told(ladder(Rung("club", needs=Pass.PAID)), ways=[paid]) == [
        START,
        ("club", 1, "2026-03-10", "paid"),
        ("base", 2, "2026-06-10", "ended"),
    ]


@pytest.mark.parametrize(
    ("period", "begins", "ends"),
    [
        pytest.param(None, "2026-03-10", "2026-04-10", id="at once"),
        pytest.param(Period.MONTH, "2026-04-01", "2026-05-01", id="when the month ends"),
        pytest.param(Period.QUARTER, "2026-04-01", "2026-07-01", id="when the quarter ends"),
    ],
)
def test_T2_a_test_is_looked_at_when_its_period_ends(period, begins, ends):
    seen = told(ladder(up(), evaluated=period), bought=[bought("2026-03-10")])
    assert [since for _, _, since, _ in seen[1:]] == [begins, ends]


def test_T2_what_does_not_hold_when_the_period_ends_is_never_seen():
    seen = told(ladder(up(), evaluated=Period.YEAR), bought=[bought("2026-03-10")])
    assert seen == [START]


def test_T2_three_visits_a_month_looked_at_monthly():
    visits = Measure(Metric.VISITS, Calendar(Period.MONTH), Visits.ORDERS)
    monthly = ladder(Rung("silver", AtLeast(visits, 3)), evaluated=Period.MONTH)
    sales = [bought(f"2026-03-0{n}") for n in (1, 2, 3)]
    assert told(monthly, bought=sales)[1:] == [
        ("silver", 1, "2026-04-01", "reached"),
        ("base", 2, "2026-05-01", "ended"),
    ]


@pytest.mark.parametrize(
    ("policy", "ends"),
    [
        pytest.param(None, "2026-03-09", id="at its instant"),
        pytest.param(Span(days=10), "2026-03-19", id="after n days"),
        pytest.param(Periods(Period.MONTH, 1), "2026-04-01", id="when the month ends"),
    ],
)
def test_T4_a_return_is_looked_at_as_the_ladder_says(policy, ends):
    sale = bought("2026-03-01")
    seen = told(
        ladder(up(window=Lifetime()), on_return=policy),
        bought=[sale],
        back=[back(sale, "2026-03-09", units=2)],
    )
    assert seen[-1] == ("base", 1, ends, "returned")


@pytest.mark.parametrize(
    ("returns", "kept"),
    [
        pytest.param([("03-02", 1, 0), ("03-03", 0, 30)], 20, id="half, then money"),
        pytest.param([("03-03", 1, 0), ("03-02", 0, 30)], 35, id="money, then half of the rest"),
        pytest.param([("03-02", 0, 130)], 0, id="never below nothing"),
    ],
)
def test_P7_kept_value_is_folded_in_business_order(returns, kept):
    sale = bought("2026-03-01")
    given = [back(sale, f"2026-{day}", units, refund) for day, units, refund in returns]
    at_kept, above = (
        told(ladder(up(spend=max(1, spend), window=Lifetime())), bought=[sale], back=given)[-1][0]
        for spend in (kept, kept + 1)
    )
    assert (at_kept, above) == ("up" if kept else "base", "base")


def later(*rungs, at="2026-03-10", migration=Migration.FULL):
    return Publication(ladder(*rungs, version=2), ZONE, on(at), migration)


GOLD_FOR_A_MONTH = up(
    "up", window=Rolling(Span(months=3)), stay=Span(months=1), renewal=Renewal.AT_PERIOD_END
)


@pytest.mark.parametrize("migration", [Migration.UPWARD_ONLY, Migration.NEXT_EVALUATION])
def test_T8_what_the_version_before_still_gives_is_not_renewed(migration):
    harder = later(up(spend=10_000), migration=migration)
    sale = [bought("2026-03-01")]
    assert told(ladder(GOLD_FOR_A_MONTH), bought=sale)[-1][:3] == ("base", 2, "2026-06-01")
    assert told(ladder(GOLD_FOR_A_MONTH), harder, bought=sale) == [
        START,
        MARCH,
        ("base", 2, "2026-04-01", "published"),
    ]


def test_T8_full_ends_what_the_new_version_does_not_give():
    harder = later(up(spend=10_000))
    assert told(ladder(up()), harder, bought=[bought("2026-03-01")])[-1] == (
        "base",
        2,
        "2026-03-10",
        "published",
    )


def test_T8_what_stays_the_same_is_one_time():
    same = later(up(spend=90))
    assert told(ladder(up()), same, bought=[bought("2026-03-01")]) == [
        START,
        MARCH,
        ("base", 2, "2026-04-01", "ended"),
    ]


def test_T8_a_return_ends_what_the_version_before_still_gave():
    sale = bought("2026-03-01")
    harder = later(up(spend=10_000), migration=Migration.UPWARD_ONLY)
    seen = told(ladder(up()), harder, bought=[sale], back=[back(sale, "2026-03-20", units=2)])
    assert seen[-1] == ("base", 1, "2026-03-20", "returned")


def test_T8_another_rank_of_the_same_tier_is_told_and_its_time_goes_on():
    known = Known("m", on("2026-01-01"), Heard([bought("2026-03-01")]), {})
    versions = [Publication(ladder(up()), ZONE), later(up("new", 50), up())]
    seen = told_timeline(grounds_of(versions, known))
    assert [(one.tier, one.rank, one.ordinal) for one in seen[1:3]] == [("up", 1, 1), ("up", 2, 1)]
    assert [one.version for one in seen[:3]] == [1, 1, 2]


def challenge(kind, by="2026-03-31"):
    visits = Measure(Metric.VISITS, Lifetime(), Visits.ORDERS)
    goal = Goal(visits, 2, on(by), Span(months=2))
    return Way("w", kind, "up", on("2026-03-05"), None, goal)


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        pytest.param(
            WayKind.CHALLENGE,
            ("2026-03-04", "2026-03-05", "2026-03-31"),
            [],
            id="what came before or at the deadline does not count",
        ),
        pytest.param(
            WayKind.CHALLENGE,
            ("2026-03-05", "2026-03-06"),
            [("up", "2026-03-06", "challenge"), ("base", "2026-05-06", "ended")],
            id="won with the second",
        ),
        pytest.param(
            WayKind.MATCH,
            ("2026-03-06",),
            [("up", "2026-03-05", "match"), ("base", "2026-03-31", "ended")],
            id="a match that was not earned",
        ),
        pytest.param(
            WayKind.MATCH,
            ("2026-03-06", "2026-03-30"),
            [("up", "2026-03-05", "match"), ("base", "2026-05-30", "ended")],
            id="a match that was",
        ),
    ],
)
def test_T5_a_goal_is_reached_by_its_deadline_or_not(kind, days, expected):
    seen = told(
        ladder(up(spend=10_000)), bought=[bought(day) for day in days], ways=[challenge(kind)]
    )
    assert [(tier, since, reason) for tier, _, since, reason in seen[1:]] == expected
