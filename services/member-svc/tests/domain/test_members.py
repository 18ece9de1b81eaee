"""Whose identifiers these are, when a birthday is, and what a change of profile leaves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import MemberId
from member_svc.domain.members import (
    Birthday,
    Profile,
    ProfileChange,
    changed,
    exists,
    is_birthday,
    owner,
)
from member_svc.domain.refusals import IdentifiersConflict

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAP = Birthday(2, 29)
ONE, TWO = MemberId("m1"), MemberId("m2")


@pytest.mark.parametrize(
    ("birthday", "at", "is_it"),
    [
        pytest.param(Birthday(6, 1), "2026-05-31T16:00:00Z", True, id="the day begins in the zone"),
        pytest.param(Birthday(6, 1), "2026-06-01T15:59:59Z", True, id="and ends there"),
        pytest.param(Birthday(6, 1), "2026-06-01T16:00:00Z", False, id="half-open"),
        pytest.param(Birthday(6, 1, 1990), "2026-06-01T00:00:00Z", True, id="whatever the year"),
        pytest.param(LEAP, "2028-02-29T04:00:00Z", True, id="29 February of a leap year"),
        pytest.param(LEAP, "2028-02-28T04:00:00Z", False, id="28 February of a leap year"),
        pytest.param(LEAP, "2026-02-28T04:00:00Z", True, id="28 February of a common year"),
        pytest.param(LEAP, "2026-03-01T04:00:00Z", False, id="1 March of a common year"),
    ],
)
def test_M7_a_birthday_is(birthday, at, is_it):
    assert is_birthday(birthday, datetime.fromisoformat(at), SHANGHAI, "02-28") is is_it


def test_M7_a_programme_may_count_leap_birthdays_on_1_march():
    first_of_march = datetime(2026, 3, 1, 4, tzinfo=UTC)
    assert is_birthday(LEAP, first_of_march, SHANGHAI, "03-01")


@given(
    st.dates(datetime(1990, 1, 1).date(), datetime(2020, 12, 31).date()),
    st.integers(2001, 2099),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Apia"]),
)
def test_M7_everybody_has_one_birthday_a_year(born, year, zone):
    birthday = Birthday(born.month, born.day, born.year)
    noon = datetime(year, 1, 1, 12, tzinfo=ZoneInfo(zone))
    days = [noon + timedelta(days=day) for day in range(367)]
    this_year = [day for day in days if day.astimezone(ZoneInfo(zone)).year == year]
    assert sum(is_birthday(birthday, day, ZoneInfo(zone), "02-28") for day in this_year) == 1


@pytest.mark.parametrize(
    ("birthday", "is_there"),
    [
        pytest.param(Birthday(2, 29), True, id="29 February without a year"),
        pytest.param(Birthday(2, 29, 2000), True, id="of a leap year"),
        pytest.param(Birthday(2, 29, 2025), False, id="of a common year"),
        pytest.param(Birthday(4, 31), False, id="31 April"),
        pytest.param(Birthday(13, 1), False, id="month 13"),
    ],
)
def test_M7_the_calendar_has_that_day(birthday, is_there):
    assert exists(birthday) is is_there


@pytest.mark.parametrize(
    ("found", "whose"),
    [
        pytest.param([], None, id="nobody's"),
        pytest.param([None, None], None, id="nobody's yet"),
        pytest.param([None, ONE], ONE, id="one has some of them"),
        pytest.param([ONE, ONE], ONE, id="one has all of them"),
    ],
)
def test_M1_identifiers_are(found, whose):
    assert owner(found) == whose


def test_M5_identifiers_of_two_members_conflict():
    with pytest.raises(IdentifiersConflict):
        owner([ONE, None, TWO])


@given(st.dictionaries(st.sampled_from("abc"), st.text(max_size=3)))
def test_a_change_that_names_nothing_changes_nothing(attributes):
    before = Profile("Li", Birthday(1, 2), attributes)
    assert changed(before, ProfileChange(named=frozenset())) == before


def test_a_change_takes_away_what_it_names_as_nothing():
    before = Profile("Li", Birthday(1, 2), {"a": "1", "b": "2"})
    change = ProfileChange(frozenset({"name", "attributes"}), attributes={"a": None, "c": "3"})
    assert changed(before, change) == Profile(None, Birthday(1, 2), {"b": "2", "c": "3"})
