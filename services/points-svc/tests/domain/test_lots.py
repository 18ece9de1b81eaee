"""P2 and P3: how long lots last, and in which order they are drawn on."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from points_svc.domain.basis import Portion
from points_svc.domain.expiry import Expiry
from points_svc.domain.lots import Lot, draw, first_of, rest_of
from points_svc.domain.wall_time import first_day_without
from points_testing.ledger import SHANGHAI, shanghai

NEW_YORK = ZoneInfo("America/New_York")
AT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def instant(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "n", "zone", "accrued", "ends"),
    [
        pytest.param(
            "end_of_year",
            1,
            SHANGHAI,
            "2026-03-02 10:00",
            "2028-01-01 00:00",
            id="the end of the year after the one it was accrued in",
        ),
        pytest.param(
            "end_of_year",
            1,
            SHANGHAI,
            "2026-12-31 23:59:59.999999",
            "2028-01-01 00:00",
            id="the last instant of a year is of that year",
        ),
        pytest.param(
            "end_of_year",
            1,
            SHANGHAI,
            "2027-01-01 00:00",
            "2029-01-01 00:00",
            id="the first instant of a year is of that year",
        ),
        pytest.param(
            "end_of_year",
            0,
            NEW_YORK,
            "2026-12-31 22:00",
            "2027-01-01 00:00",
            id="the year is the zone's, not UTC's",
        ),
        pytest.param(
            "months",
            12,
            NEW_YORK,
            "2026-03-02 10:00",
            "2027-03-02 10:00",
            id="twelve months, same wall time",
        ),
        pytest.param(
            "months",
            1,
            NEW_YORK,
            "2026-01-31 10:00",
            "2026-02-28 10:00",
            id="clamped to the month's last day",
        ),
        pytest.param(
            "months",
            12,
            NEW_YORK,
            "2024-02-29 10:00",
            "2025-02-28 10:00",
            id="29 February in a common year",
        ),
        pytest.param(
            "years",
            4,
            NEW_YORK,
            "2024-02-29 10:00",
            "2028-02-29 10:00",
            id="29 February in a leap year",
        ),
        pytest.param(
            "days",
            1,
            NEW_YORK,
            "2026-03-07 12:00",
            "2026-03-08 12:00",
            id="a day of 23 hours is a day",
        ),
        pytest.param(
            "days",
            1,
            NEW_YORK,
            "2026-10-31 12:00",
            "2026-11-01 12:00",
            id="a day of 25 hours is a day",
        ),
    ],
)
def test_P2_a_lot_ends(kind, n, zone, accrued, ends):
    assert Expiry(kind, n).ends(instant(accrued, zone), zone) == instant(ends, zone)


def test_P2_a_wall_time_that_does_not_exist_is_as_if_the_clock_had_not_sprung():
    ends = Expiry("days", 1).ends(instant("2026-03-07 02:30", NEW_YORK), NEW_YORK)
    assert ends == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_P2_never_is_never():
    assert Expiry("never").ends(AT, SHANGHAI) is None


@pytest.mark.parametrize(
    ("ends", "first_day"),
    [
        pytest.param("2028-01-01 00:00", "2028-01-01", id="midnight: that day is without them"),
        pytest.param("2028-01-01 00:00:00.000001", "2028-01-02", id="just after: the day after"),
        pytest.param("2027-03-02 10:00", "2027-03-03", id="at ten: the day after"),
    ],
)
def test_the_first_whole_day_without_them(ends, first_day):
    assert str(first_day_without(shanghai(ends), SHANGHAI)) == first_day


def lot(name: str, expires_at=None, available_from=AT - DAY, occurred_at=AT - DAY, points=10):
    return Lot(name, occurred_at, available_from, expires_at, points, points, 0)


IN_ORDER = [
    lot("d", AT + DAY, AT - 3 * DAY, AT - 3 * DAY),
    lot("c", AT + DAY, AT - 2 * DAY, AT - 3 * DAY),
    lot("b", AT + DAY, AT - 2 * DAY, AT - 2 * DAY),
    lot("e", AT + DAY, AT - 2 * DAY, AT - 2 * DAY),
    lot("a", AT + 2 * DAY),
    lot("0"),
]


def test_P3_burn_order_is_expiry_then_availability_then_age_then_id_and_never_last():
    for shuffled in permutations(IN_ORDER):
        portions = draw(shuffled, 60, AT)
        assert [portion.lot_id for portion in portions] == ["d", "c", "b", "e", "a", "0"]


@pytest.mark.parametrize(
    ("expires_at", "available_from", "counts"),
    [
        pytest.param(AT, AT - DAY, False, id="its end is the first instant without it"),
        pytest.param(AT + timedelta(microseconds=1), AT - DAY, True, id="the last instant counts"),
        pytest.param(None, AT, True, id="its beginning counts"),
        pytest.param(None, AT + DAY, True, id="a clock that is behind its posting changes nothing"),
    ],
)
def test_P3_a_lot_counts_by_its_end_at_the_moment_of_use(expires_at, available_from, counts):
    assert bool(draw([lot("x", expires_at, available_from)], 1, AT)) is counts


def test_P3_draws_no_more_than_there_is():
    assert draw(IN_ORDER, 15, AT) == [Portion("d", 10), Portion("c", 5)]
    assert sum(p.points for p in draw(IN_ORDER, 100, AT)) == 60


def test_P8_a_partial_capture_splits_the_holds_lots_in_their_order():
    portions = [Portion("a", 3), Portion("b", 4)]
    assert (first_of(portions, 5), rest_of(portions, 5)) == (
        [Portion("a", 3), Portion("b", 2)],
        [Portion("b", 2)],
    )
    assert (first_of(portions, 3), rest_of(portions, 3)) == ([Portion("a", 3)], [Portion("b", 4)])
