"""Month arithmetic in the programme's zone (E7)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tier_svc.domain.instants import Period, Periods, Span, after, before, end_of, start_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
ST_JOHNS = ZoneInfo("America/St_Johns")


def local(zone, *wall, fold=0):
    return datetime(*wall, tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "span", "later"),
    [
        pytest.param(
            (2026, 3, 9, 12), Span(months=12), (2027, 3, 9, 12), id="the same day next year"
        ),
        pytest.param((2026, 1, 31, 8), Span(months=1), (2026, 2, 28, 8), id="clamped in February"),
        pytest.param(
            (2028, 1, 31, 8), Span(months=1), (2028, 2, 29, 8), id="clamped in a leap year"
        ),
        pytest.param(
            (2028, 2, 29, 8), Span(months=12), (2029, 2, 28, 8), id="a leap day plus a year"
        ),
        pytest.param(
            (2028, 2, 29, 8), Span(months=48), (2032, 2, 29, 8), id="leap day to leap day"
        ),
        pytest.param((2027, 2, 28, 8), Span(months=12), (2028, 2, 28, 8), id="28 stays 28"),
        pytest.param((2026, 11, 30, 0), Span(months=3), (2027, 2, 28, 0), id="over the year's end"),
        pytest.param((2026, 3, 31, 0), Span(days=30), (2026, 4, 30, 0), id="days"),
        pytest.param((2026, 3, 31, 0), Span(), (2026, 3, 31, 0), id="nothing"),
    ],
)
def test_E7_a_span_later(at, span, later):
    assert after(local(SHANGHAI, *at), span, SHANGHAI) == local(SHANGHAI, *later)


@pytest.mark.parametrize(
    ("at", "span", "later"),
    [
        pytest.param(
            "2026-02-08T12:00", Span(months=1), "2026-03-08T12:00-04:00", id="same wall time"
        ),
        pytest.param(
            "2026-02-08T02:30", Span(months=1), "2026-03-08T03:30-04:00", id="skipped time"
        ),
        pytest.param(
            "2026-10-01T01:30", Span(months=1), "2026-11-01T01:30-04:00", id="first of two"
        ),
        pytest.param(
            "2026-03-07T12:00", Span(days=1), "2026-03-08T12:00-04:00", id="a day of 23 hours"
        ),
        pytest.param(
            "2026-10-31T12:00", Span(days=1), "2026-11-01T12:00-05:00", id="a day of 25 hours"
        ),
    ],
)
def test_E7_daylight_saving(at, span, later):
    start = datetime.fromisoformat(at).replace(tzinfo=NEW_YORK).astimezone(UTC)
    assert after(start, span, NEW_YORK) == datetime.fromisoformat(later)


def test_E7_a_second_occurrence_counts_from_its_own_wall_time():
    second = local(NEW_YORK, 2026, 11, 1, 1, 30, fold=1)
    assert after(second, Span(months=1), NEW_YORK) == local(NEW_YORK, 2026, 12, 1, 1, 30)
    assert after(second, Span(), NEW_YORK) == second


@pytest.mark.parametrize(
    ("at", "periods", "end"),
    [
        pytest.param((2026, 3, 20), Periods(Period.MONTH, 1), (2026, 4, 1), id="this month"),
        pytest.param((2026, 3, 20), Periods(Period.MONTH, 2), (2026, 5, 1), id="and the next"),
        pytest.param(
            (2026, 4, 1), Periods(Period.MONTH, 1), (2026, 5, 1), id="its first instant is in it"
        ),
        pytest.param((2026, 12, 31), Periods(Period.QUARTER, 1), (2027, 1, 1), id="quarter"),
        pytest.param((2026, 5, 1), Periods(Period.QUARTER, 3), (2027, 1, 1), id="three quarters"),
        pytest.param((2028, 2, 29), Periods(Period.YEAR, 2), (2030, 1, 1), id="two years"),
    ],
)
def test_E7_the_end_of_calendar_periods(at, periods, end):
    assert end_of(local(SHANGHAI, *at), periods, SHANGHAI) == local(SHANGHAI, *end)


def test_E7_a_period_begins_at_local_midnight():
    at = local(NEW_YORK, 2026, 11, 20, 7)
    assert start_of(at, Period.MONTH, NEW_YORK) == local(NEW_YORK, 2026, 11, 1)
    assert start_of(at, Period.QUARTER, NEW_YORK) == local(NEW_YORK, 2026, 10, 1)
    assert start_of(at, Period.YEAR, NEW_YORK) == local(NEW_YORK, 2026, 1, 1)


OCTOBER, NOVEMBER, DECEMBER = "2009-10-01T02:30", "2009-11-01T02:30", "2009-12-01T03:30"


@pytest.mark.parametrize(
    ("clock", "start", "end"),
    [
        pytest.param("02:29:59", OCTOBER, NOVEMBER, id="just before midnight"),
        pytest.param("02:30:00", NOVEMBER, DECEMBER, id="midnight"),
        pytest.param("02:30:59", NOVEMBER, DECEMBER, id="a minute of November"),
        pytest.param("02:31:00", NOVEMBER, DECEMBER, id="31 October, 23:01, again"),
        pytest.param("03:29:59", NOVEMBER, DECEMBER, id="just before midnight again"),
        pytest.param("03:30:00", NOVEMBER, DECEMBER, id="midnight again"),
    ],
)
def test_E7_a_period_runs_from_first_midnight_to_first_midnight(clock, start, end):
    at, start, end = (
        datetime.fromisoformat(text).replace(tzinfo=UTC)
        for text in (f"2009-11-01T{clock}", start, end)
    )
    assert start_of(at, Period.MONTH, ST_JOHNS) == start
    assert end_of(at, Periods(Period.MONTH, 1), ST_JOHNS) == end
    assert end_of(at, Periods(Period.MONTH, 3), ST_JOHNS) == end_of(
        start, Periods(Period.MONTH, 3), ST_JOHNS
    )


def test_E7_a_window_is_shown_from_the_clamped_day_before():
    assert before(local(SHANGHAI, 2026, 3, 31), Span(months=1), SHANGHAI) == local(
        SHANGHAI, 2026, 2, 28
    )
