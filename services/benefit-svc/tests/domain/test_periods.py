"""Periods of the programme's zone (E7)."""

import itertools
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benefit_svc.domain.periods import (
    Span,
    Window,
    add_months,
    calendar_month,
    calendar_year,
    end_after,
    joined,
    overlap,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        pytest.param(date(2026, 1, 31), 1, date(2026, 2, 28), id="clamped to the month's last day"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="29 February in a common year"),
        pytest.param(date(2026, 11, 30), 2, date(2027, 1, 30), id="over the year's end"),
    ],
)
def test_E7_months_later(day, months, later):
    assert add_months(day, months) == later


def test_a_month_is_the_zone_s():
    instant = datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert calendar_month(instant, SHANGHAI)[0] == "2026-04"
    assert calendar_month(instant, NEW_YORK)[0] == "2026-03"
    assert calendar_year(datetime(2026, 12, 31, 16, tzinfo=UTC), SHANGHAI)[0] == "2027"


@pytest.mark.parametrize(
    ("span", "end"),
    [
        pytest.param(Span("days", 30), datetime(2026, 4, 6), id="thirty whole days"),
        pytest.param(Span("months", 1), datetime(2026, 4, 7), id="the same day next month, whole"),
        pytest.param(Span("years", 1), datetime(2027, 3, 7), id="the same day next year, whole"),
    ],
)
def test_a_voucher_s_last_day_is_whole(span, end):
    issued = datetime(2026, 3, 6, 15, 30, tzinfo=NEW_YORK)
    assert end_after(issued, span, NEW_YORK) == end.replace(tzinfo=NEW_YORK)


INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(INSTANTS, st.sampled_from([SHANGHAI, NEW_YORK]))
def test_an_instant_lies_in_its_own_month_and_year(at, zone):
    for period in (calendar_month, calendar_year):
        name, window = period(at, zone)
        assert window.has(at)
        assert period(window.from_at, zone) == (name, window)
        assert period(window.to_at, zone)[0] > name


def windows(pairs):
    return [Window(min(p), max(p)) for p in pairs if p[0] != p[1]]


@given(st.lists(st.tuples(INSTANTS, INSTANTS), max_size=5), INSTANTS)
def test_joined_windows_hold_the_same_instants(pairs, at):
    apart = windows(pairs)
    whole = joined(apart)
    assert any(w.has(at) for w in apart) == any(w.has(at) for w in whole)
    assert all(a.to_at < b.from_at for a, b in itertools.pairwise(whole))


@given(st.tuples(INSTANTS, INSTANTS), st.tuples(INSTANTS, INSTANTS), INSTANTS)
def test_an_overlap_holds_what_both_hold(one, other, at):
    both = [*windows([one]), *windows([other])]
    if len(both) == 2:
        common = overlap(*both)
        assert (common is not None and common.has(at)) == all(w.has(at) for w in both)
