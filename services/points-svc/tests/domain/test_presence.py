"""P2: when points are lost because their member was away, worked out by hand."""

from datetime import datetime

import pytest

from points_svc.domain.expiry import Expiry
from points_svc.domain.presence import Presence
from points_testing.histories import lasting
from points_testing.ledger import shanghai

SIX = lasting(Expiry("never"), inactivity_months=6)


def instants(*days: str) -> list[datetime]:
    return [shanghai(f"{day} 10:00") for day in days]


@pytest.mark.parametrize(
    ("present", "since", "lost"),
    [
        pytest.param(["2026-01-10"], "2026-01-10", "2026-07-10", id="six months after the last"),
        pytest.param(["2026-08-31"], "2026-08-31", "2027-02-28", id="a month that is short"),
        pytest.param(
            ["2026-01-10", "2026-07-09"], "2026-01-10", "2027-01-09", id="who comes before keeps"
        ),
        pytest.param(
            ["2026-01-10", "2026-07-10"], "2026-01-10", "2026-07-10", id="at the instant is late"
        ),
        pytest.param(
            ["2026-01-10", "2026-07-10"], "2026-07-10", "2027-01-10", id="what came then is kept"
        ),
        pytest.param(
            ["2026-01-10", "2026-05-01", "2026-10-01", "2027-09-01"],
            "2026-01-10",
            "2027-04-01",
            id="a chain of visits, then a gap",
        ),
        pytest.param(
            ["2026-01-10", "2027-01-10"], "2026-08-01", "2027-07-10", id="given after a loss"
        ),
        pytest.param([], "2026-01-10", None, id="who was never there loses nothing"),
    ],
)
def test_P2_points_are_lost(present: list[str], since: str, lost: str | None):
    found = Presence(instants(*present), SIX, "points").lost_at(*instants(since))
    assert found == (instants(lost)[0] if lost else None)


def test_P2_a_type_that_forgets_nothing_loses_nothing():
    assert Presence(instants("2020-01-01"), SIX, "growth").lost_at(*instants("2020-01-01")) is None
