"""P2: every form of a lot's end, worked out by hand: months that are short, clocks that spring."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_svc.domain.expiry import Expiry

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
BEIRUT = ZoneInfo("Asia/Beirut")
"""Its summer begins at midnight: that day has no 00:00."""


def instant(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def fixed(day: str, is_yearly: bool = False) -> Expiry:
    return Expiry("fixed_date", 0, date.fromisoformat(day), is_yearly)


@pytest.mark.parametrize(
    ("expiry", "zone", "accrued", "ends"),
    [
        pytest.param(
            Expiry("end_of_month", 0),
            SHANGHAI,
            "2026-02-28 23:59:59",
            "2026-03-01",
            id="the last second of a month ends with it",
        ),
        pytest.param(
            Expiry("end_of_month", 0),
            SHANGHAI,
            "2026-03-01 00:00",
            "2026-04-01",
            id="the first of a month has all of it",
        ),
        pytest.param(
            Expiry("end_of_month", 12),
            SHANGHAI,
            "2026-01-31 12:00",
            "2027-02-01",
            id="with the month twelve months on",
        ),
        pytest.param(
            Expiry("end_of_month", 1),
            NEW_YORK,
            "2026-10-31 23:30",
            "2026-12-01",
            id="over the autumn hour, at local midnight",
        ),
        pytest.param(
            Expiry("end_of_month", 2),
            BEIRUT,
            "2026-01-15 12:00",
            "2026-04-01",
            id="in a zone whose summer begins at midnight",
        ),
        pytest.param(
            Expiry("end_of_quarter", 0),
            SHANGHAI,
            "2026-03-31 23:59",
            "2026-04-01",
            id="the last minute of a quarter ends with it",
        ),
        pytest.param(
            Expiry("end_of_quarter", 0),
            SHANGHAI,
            "2026-11-11 11:11",
            "2027-01-01",
            id="the fourth quarter ends with the year",
        ),
        pytest.param(
            Expiry("end_of_quarter", 5),
            SHANGHAI,
            "2026-05-01 00:00",
            "2027-10-01",
            id="five quarters after the second is the third of the next year",
        ),
        pytest.param(
            Expiry("end_of_year", 2),
            NEW_YORK,
            "2026-12-31 23:59",
            "2029-01-01",
            id="with the year two years on, by local time",
        ),
        pytest.param(
            fixed("2027-06-30"),
            SHANGHAI,
            "2026-05-01 10:00",
            "2027-07-01",
            id="a fixed date is the last day with them",
        ),
        pytest.param(
            fixed("2027-06-30"),
            SHANGHAI,
            "2027-06-30 23:59",
            "2027-07-01",
            id="what is accrued on the last day has a minute",
        ),
        pytest.param(
            fixed("2027-06-30"),
            SHANGHAI,
            "2027-08-01 10:00",
            "2027-08-01 10:00",
            id="what is accrued after a date that does not come back ends as it begins",
        ),
        pytest.param(
            fixed("2026-06-30", True),
            SHANGHAI,
            "2026-07-01 00:00",
            "2027-07-01",
            id="yearly: the day after waits a year",
        ),
        pytest.param(
            fixed("2026-06-30", True),
            SHANGHAI,
            "2031-06-30 10:00",
            "2031-07-01",
            id="yearly: of any later year",
        ),
        pytest.param(
            fixed("2028-06-30", True),
            SHANGHAI,
            "2026-05-01 10:00",
            "2028-07-01",
            id="yearly: never before the first year named",
        ),
        pytest.param(
            fixed("2028-02-29", True),
            SHANGHAI,
            "2028-03-01 00:00",
            "2029-03-01",
            id="yearly on 29 February: the 28th in common years",
        ),
        pytest.param(
            fixed("2028-02-29", True),
            SHANGHAI,
            "2032-02-10 10:00",
            "2032-03-01",
            id="yearly on 29 February: the 29th again in leap years",
        ),
        pytest.param(
            fixed("2026-10-31"),
            NEW_YORK,
            "2026-10-01 12:00",
            "2026-11-01",
            id="local midnight, on the day that has 25 hours",
        ),
    ],
)
def test_P2_a_lot_ends_with(expiry, zone, accrued, ends):
    assert expiry.ends(instant(accrued, zone), zone) == instant(ends, zone)


def test_P2_a_fixed_date_is_over_once_nothing_accrued_can_be_kept():
    ends = instant("2027-07-01", SHANGHAI)
    last = ends - timedelta(microseconds=1)
    assert [fixed("2027-06-30").is_over(at, SHANGHAI) for at in (last, ends)] == [False, True]
    assert not fixed("2027-06-30", True).is_over(ends, SHANGHAI)
    assert not Expiry("days", 1).is_over(ends, SHANGHAI)


INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC)
)
FORMS = st.one_of(
    st.builds(Expiry, st.sampled_from(["days", "months", "years"]), st.integers(1, 40)),
    st.builds(
        Expiry, st.sampled_from(["end_of_month", "end_of_quarter", "end_of_year"]),
        st.integers(0, 40),
    ),
    st.builds(
        lambda day: Expiry("fixed_date", 0, day, True),
        st.dates(date(2000, 1, 1), date(2080, 1, 1)),
    ),
)  # fmt: skip


@given(FORMS, INSTANTS, INSTANTS, st.sampled_from([SHANGHAI, NEW_YORK, BEIRUT]))
def test_P2_a_lot_ends_after_it_begins_and_an_older_one_never_later(expiry, one, other, zone):
    older, younger = sorted((one, other))
    ends = [expiry.ends(at, zone) for at in (older, younger)]
    assert older < ends[0]
    assert younger < ends[1]
    assert ends[0] <= ends[1] + timedelta(hours=1), "but for the hour that a clock goes back"
