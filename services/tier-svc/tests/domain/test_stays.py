"""One rung: when its stays begin, renew and end (T2, T3)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.instants import Period, Periods, Span
from tier_svc.domain.ladder import Renewal, Rung
from tier_svc.domain.metrics import Met
from tier_svc.domain.stays import ends_of, stays

ZONE = ZoneInfo("UTC")
CONTINUOUS, AT_END = Renewal.CONTINUOUS, Renewal.AT_PERIOD_END
YEAR = Span(months=12)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def found(rung, met, steps=()):
    tested = [Met(at(one), at(other)) for one, other in met]
    return stays(rung, tested, [at(step) for step in steps], ZONE)


def seen(rung, met, steps=()):
    return [
        (
            one.since.date().isoformat(),
            one.until and one.until.date().isoformat(),
            len(one.renewed_at),
        )
        for one in found(rung, met, steps)
    ]


def rung(renewal=CONTINUOUS, **rules):
    return Rung("x", None, renewal=renewal, **rules)


@pytest.mark.parametrize(
    ("rules", "met", "expected"),
    [
        pytest.param(
            {},
            [("2026-01-10", "2026-03-01")],
            [("2026-01-10", "2026-03-01", 0)],
            id="ends with the test",
        ),
        pytest.param({}, [("2026-01-10", None)], [("2026-01-10", None, 0)], id="nothing ends it"),
        pytest.param(
            {"stay": Span(months=2)},
            [("2026-01-10", "2026-03-01")],
            [("2026-01-10", "2026-05-01", 0)],
            id="months from f on",
        ),
        pytest.param(
            {"stay": Periods(Period.MONTH, 2)},
            [("2026-03-20", "2026-04-01")],
            [("2026-03-20", "2026-05-01", 0)],
            id="periods count the one just before f",
        ),
        pytest.param(
            {"grace": Span(days=30)},
            [("2026-01-10", "2026-03-01")],
            [("2026-01-10", "2026-03-31", 0)],
            id="grace from f on",
        ),
        pytest.param(
            {"minimum_stay": Span(months=3), "grace": Span(days=30)},
            [("2026-01-10", "2026-01-20")],
            [("2026-01-10", "2026-04-10", 0)],
            id="the latest of the three",
        ),
        pytest.param(
            {"grace": Span(days=30)},
            [("2026-01-10", "2026-03-01"), ("2026-03-30", "2026-06-01")],
            [("2026-01-10", "2026-07-01", 0)],
            id="met again within grace clears f",
        ),
        pytest.param(
            {"grace": Span(days=30)},
            [("2026-01-10", "2026-03-01"), ("2026-03-31", "2026-06-01")],
            [("2026-01-10", "2026-03-31", 0), ("2026-03-31", "2026-07-01", 0)],
            id="met again at the end begins anew",
        ),
        pytest.param(
            {"minimum_stay": Span(months=3)},
            [("2026-01-10", "2026-01-11"), ("2026-04-10", "2026-04-11")],
            [("2026-01-10", "2026-04-10", 0), ("2026-04-10", "2026-07-10", 0)],
            id="and counts its minimum stay anew",
        ),
    ],
)
def test_T3_a_continuous_stay(rules, met, expected):
    assert seen(rung(**rules), met) == expected


@pytest.mark.parametrize(
    ("rules", "met", "expected"),
    [
        pytest.param(
            {"stay": YEAR},
            [("2026-01-10", "2026-02-01")],
            [("2026-01-10", "2027-01-10", 0)],
            id="nothing matters before the end",
        ),
        pytest.param(
            {"stay": YEAR},
            [("2026-01-10", "2027-01-10")],
            [("2026-01-10", "2027-01-10", 0)],
            id="what began it does not renew it",
        ),
        pytest.param(
            {"stay": YEAR},
            [("2026-01-10", "2026-02-01"), ("2027-01-09", "2027-01-11")],
            [("2026-01-10", "2028-01-10", 1)],
            id="met at the end renews from the end",
        ),
        pytest.param(
            {"stay": YEAR},
            [("2026-01-10", "2026-02-01"), ("2027-01-10", "2027-01-11")],
            [("2026-01-10", "2028-01-10", 1)],
            id="a fact of the end counts",
        ),
        pytest.param(
            {"stay": YEAR, "grace": Span(months=1)},
            [("2026-01-10", "2026-02-01"), ("2027-02-09", "2027-02-10")],
            [("2026-01-10", "2028-03-09", 1)],
            id="met within grace renews from then",
        ),
        pytest.param(
            {"stay": YEAR, "grace": Span(months=1)},
            [("2026-01-10", "2026-02-01"), ("2027-02-10", "2027-02-11")],
            [("2026-01-10", "2027-02-10", 0), ("2027-02-10", "2028-03-10", 0)],
            id="met when grace is over begins anew",
        ),
        pytest.param(
            {"stay": Periods(Period.YEAR, 1), "minimum_stay": Span(months=3)},
            [("2026-11-10", "2026-12-01")],
            [("2026-11-10", "2027-02-10", 0)],
            id="the minimum stay counts from the first beginning",
        ),
        pytest.param(
            {"stay": Periods(Period.YEAR, 1)},
            [("2026-11-10", "2028-06-01")],
            [("2026-11-10", "2029-01-01", 2)],
            id="each new year re-tests",
        ),
    ],
)
def test_T3_a_stay_that_is_tested_at_its_end(rules, met, expected):
    assert seen(rung(AT_END, **rules), met) == expected


@pytest.mark.parametrize(
    ("rules", "met", "steps", "expected"),
    [
        pytest.param(
            {"grace": Span(days=30)},
            [],
            ["2026-05-01"],
            [("2026-05-01", "2026-05-31", 0)],
            id="its f is its own beginning",
        ),
        pytest.param(
            {"stay": Periods(Period.MONTH, 1)},
            [],
            ["2026-05-01"],
            [("2026-05-01", "2026-06-01", 0)],
            id="its period contains its beginning",
        ),
        pytest.param(
            {"grace": Span(days=30)},
            [("2026-05-20", "2026-08-01")],
            ["2026-05-01"],
            [("2026-05-01", "2026-08-31", 0)],
            id="the test met before its end carries it on",
        ),
        pytest.param(
            {"grace": Span(days=30)},
            [("2026-05-20", "2026-08-01")],
            ["2026-06-01"],
            [("2026-05-20", "2026-08-31", 0)],
            id="nothing begins where it is in force",
        ),
        pytest.param(
            {},
            [("2026-01-01", "2026-05-01")],
            ["2026-05-01"],
            [("2026-01-01", "2026-05-01", 0), ("2026-05-01", "2026-05-01", 0)],
            id="nothing keeps it for a moment",
        ),
        pytest.param(
            {"renewal": AT_END, "stay": YEAR},
            [("2026-09-01", "2026-10-01")],
            ["2026-05-01"],
            [("2026-05-01", "2027-09-01", 1)],
            id="a test met on the way begins a stay",
        ),
    ],
)
def test_T3_a_step_from_above(rules, met, steps, expected):
    assert seen(rung(**rules), met, steps) == expected


def test_T3_a_rung_that_begins_anew_at_its_end_is_not_lost():
    grace = rung(grace=Span(days=30))
    kept = found(grace, [("2026-01-10", "2026-03-01"), ("2026-03-31", "2026-06-01")])
    assert ends_of(kept) == [at("2026-07-01")]


def test_T3_a_step_through_a_rung_that_nothing_keeps_goes_on_below():
    assert ends_of(found(rung(), [], ["2026-05-01"])) == [at("2026-05-01")]
