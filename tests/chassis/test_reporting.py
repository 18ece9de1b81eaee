"""Which periods of the past a report may be asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.http import Invalid
from chassis.http.reporting import A_YEAR, past_period

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAY = datetime(2025, 5, 1, tzinfo=UTC)
JUNE = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("from_at", "to_at", "period"),
    [
        pytest.param(None, None, (NOW - A_YEAR, NOW), id="the last year"),
        pytest.param(MAY, None, (MAY, NOW), id="from then on"),
        pytest.param(None, JUNE, (JUNE - A_YEAR, JUNE), id="the year until then"),
        pytest.param(MAY, JUNE, (MAY, JUNE), id="as it is said"),
    ],
)
def test_a_period_ends_now_and_is_a_year_long_unless_said_otherwise(from_at, to_at, period):
    assert past_period(from_at, to_at, NOW) == period


@pytest.mark.parametrize(
    ("from_at", "to_at", "path"),
    [
        pytest.param(None, NOW + timedelta(microseconds=1), "/to", id="still to come"),
        pytest.param(JUNE, MAY, "/from", id="backwards"),
        pytest.param(MAY, MAY, "/from", id="nothing"),
        pytest.param(datetime(1969, 1, 1, tzinfo=UTC), None, "/from", id="before all"),
        pytest.param(JUNE - 2 * A_YEAR, JUNE, "/from", id="too long"),
    ],
)
def test_what_is_no_period_of_the_past_is_refused_where_it_is_wrong(from_at, to_at, path):
    with pytest.raises(Invalid) as refused:
        past_period(from_at, to_at, NOW, longest=timedelta(days=700))
    assert str(refused.value.numbers).count(path) == 1
