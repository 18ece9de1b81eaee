"""Where a clock goes back over midnight: St John's, 1 November 2009, 00:01 is 31 October, 23:01
(E7, T4).
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle import wall_time
from tests.oracle.programme import Calendar as OracleCalendar
from tier_svc.domain.days import ending
from tier_svc.domain.evaluation import Standing, evaluate
from tier_svc.domain.facts import Fact, Heard
from tier_svc.domain.instants import TICK, Period, Periods, Span, end_of, start_of
from tier_svc.domain.ladder import AtLeast, Ladder, Renewal, Rung
from tier_svc.domain.measures import Calendar, Lifetime, Measure, Metric, Rolling
from tier_svc.domain.publications import Known, Publication, grounds_of
from tier_svc.domain.timeline import told_timeline

ST_JOHNS = ZoneInfo("America/St_Johns")
NOVEMBER, DECEMBER = "2009-11-01T02:30", "2009-12-01T03:30"
AGAIN = "2009-11-01T03:00"
"""31 October, 23:30, the second time."""


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def known(*bought):
    facts = [Fact(on(at), at, 100, 1, {}) for at in bought]
    return Known("m", on("2009-01-01T00:00"), Heard(facts), {})


def by(window, evaluated=None, **rules):
    gold = Rung("gold", AtLeast(Measure(Metric.SPEND, window), 100), **rules)
    return [Publication(Ladder("x", 1, (Rung("base"), gold), evaluated), ST_JOHNS)]


A_MONTH = {"stay": Periods(Period.MONTH, 1), "renewal": Renewal.AT_PERIOD_END}
CASES = [
    pytest.param(by(Calendar(Period.MONTH)), AGAIN, DECEMBER, id="a month's share"),
    pytest.param(by(Lifetime(), Period.MONTH), DECEMBER, None, id="looked at monthly"),
    pytest.param(by(Rolling(Span(days=1)), **A_MONTH), AGAIN, DECEMBER, id="a month's stay"),
]


@pytest.mark.parametrize(("published", "begins", "ends"), CASES)
def test_E7_no_tier_begins_before_its_cause_nor_ends_before_it_begins(published, begins, ends):
    told = told_timeline(grounds_of(published, known(AGAIN)))
    gold = [(one.from_at, one.to_at) for one in told if one.tier == "gold"]
    assert gold == [(on(begins), on(ends) if ends else None)]


@pytest.mark.parametrize(("published", "begins", "ends"), CASES)
def test_E3_what_is_heard_later_ends_alike(published, begins, ends):
    before = evaluate(grounds_of(published, known()), Standing("m", "x", 0, ()), None)
    grounds = grounds_of(published, known(AGAIN))
    found = evaluate(grounds, Standing("m", "x", before.seq, before.told), {AGAIN})
    assert found.told == told_timeline(grounds)


ZONES = [
    ST_JOHNS,
    ZoneInfo("America/Goose_Bay"),
    ZoneInfo("America/Asuncion"),
    ZoneInfo("Pacific/Apia"),
    ZoneInfo("Europe/Berlin"),
]
instants = st.one_of(
    st.builds(lambda minutes: on(NOVEMBER) + timedelta(minutes=minutes), st.integers(-90, 120)),
    st.builds(
        lambda hours: on("2005-01-01T00:00") + timedelta(hours=hours), st.integers(0, 90_000)
    ),
)


@settings(max_examples=600, deadline=None)
@given(instants, st.sampled_from(Period), st.sampled_from(ZONES))
def test_E7_periods_leave_no_gap_and_share_no_instant(at, period, zone):
    one = Periods(period, 1)
    start, end = start_of(at, period, zone), end_of(at, one, zone)
    assert start <= at < end
    assert (end_of(start, one, zone), end_of(end - TICK, one, zone)) == (end, end)
    assert (start_of(end, period, zone), start_of(end - TICK, period, zone)) == (end, start)
    assert ending(one, zone)(at) == end


@settings(max_examples=600, deadline=None)
@given(instants, st.sampled_from(Period), st.integers(1, 3), st.sampled_from(ZONES))
def test_E7_the_oracle_has_the_same_periods(at, period, count, zone):
    assert wall_time.period_start(at, period.value, zone) == start_of(at, period, zone)
    end = wall_time.period_end(at, OracleCalendar(period.value, count), zone)
    assert end == end_of(at, Periods(period, count), zone)
