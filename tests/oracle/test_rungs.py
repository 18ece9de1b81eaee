"""The oracle itself is right: what a rung does, one rule of T2 and T3 at a time."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.oracle.facts import History, Line, Purchase, Return
from tests.oracle.programme import Calendar, Lifetime, Need, PointKind, Programme, Rung, Span
from tests.oracle.rating import rate

ZONE = ZoneInfo("Asia/Shanghai")
A_MONTH = Span(1)
Told = list[tuple[str, int, str]]


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC)


def told(rungs: tuple[Rung, ...], *bought: str, back: tuple[tuple[str, str], ...] = ()) -> Told:
    """`bought`: "day=net" each; the last interval has no end, and each begins where one ended."""
    kinds = (PointKind("points", Fraction(1), None),)
    programme = Programme("test", ZONE, "CNY", "base", rungs, kinds)
    purchases = []
    for each in bought:
        day, net = each.split("=")
        purchases.append(Purchase(day, at(day), (Line("1", int(net), 1),)))
    returns = tuple(Return(f"{of} back", of, at(day), (("1", 1),)) for of, day in back)
    rated = rate(programme, History(at("2025-01-01"), tuple(purchases), returns))
    return [
        (each.tier, each.ordinal, f"{each.from_at.astimezone(ZONE):%Y-%m-%d}")
        for each in rated.timeline
    ]


def rung(tier: str = "up", spend: int = 100, window: Any = A_MONTH, **more: Any) -> Rung:
    return Rung(tier, Need("spend", spend), window, **more)


MARCH_10 = "2025-03-10"
UP_IN_MARCH = f"{MARCH_10}=100"


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        pytest.param({}, "2025-04-10", id="no stay: the instant at which the test fails"),
        pytest.param({"grace": Span(days=5)}, "2025-04-15", id="grace runs from f"),
        pytest.param({"stay": Span(2)}, "2025-06-10", id="months count from f"),
        pytest.param({"stay": Calendar("month", 1)}, "2025-05-01", id="the month that has f"),
        pytest.param({"stay": Calendar("quarter", 1)}, "2025-07-01", id="the quarter that has f"),
        pytest.param({"minimum_stay": Span(4)}, "2025-07-10", id="minimum stay from since"),
        pytest.param(
            {"stay": Span(1), "grace": Span(1), "minimum_stay": Span(1)},
            "2025-05-10",
            id="the latest of the three",
        ),
        pytest.param({"window": Calendar("month")}, "2025-04-01", id="a calendar window"),
        pytest.param(
            {"window": Calendar("month"), "stay": Calendar("month", 1)},
            "2025-04-01",
            id="f on a boundary: the period just before it is the first",
        ),
        pytest.param(
            {"renewal": "at_period_end", "stay": Span(3)}, "2025-06-10", id="a stay from its begin"
        ),
        pytest.param(
            {"renewal": "at_period_end", "stay": Calendar("month", 2)},
            "2025-05-01",
            id="calendar stays count the period of the begin",
        ),
    ],
)
def test_T3_a_stay_ends(more: dict[str, Any], ends: str) -> None:
    assert told((rung(**more),), UP_IN_MARCH) == [
        ("base", 1, "2025-01-01"),
        ("up", 1, "2025-03-10"),
        ("base", 2, ends),
    ]


def test_E7_a_purchase_does_not_renew_the_stay_it_began() -> None:
    rungs = (rung(window=Span(12), stay=Span(12), renewal="at_period_end"),)
    assert told(rungs, UP_IN_MARCH)[-1] == ("base", 2, "2026-03-10")


def test_T2_meeting_the_test_within_the_stay_changes_nothing_at_period_end() -> None:
    rungs = (rung(stay=Span(3), renewal="at_period_end"),)
    assert told(rungs, UP_IN_MARCH, "2025-04-20=100")[-1] == ("base", 2, "2025-06-10")


def test_T2_a_stay_met_at_its_end_is_renewed_and_begins_the_next_ordinal() -> None:
    rungs = (rung(stay=Span(3), renewal="at_period_end"),)
    assert told(rungs, UP_IN_MARCH, "2025-06-01=100")[1:] == [
        ("up", 1, "2025-03-10"),
        ("up", 2, "2025-06-10"),
        ("base", 2, "2025-09-10"),
    ]


def test_T3_requalifying_in_grace_renews_at_that_instant() -> None:
    rungs = (rung(stay=Span(3), renewal="at_period_end", grace=Span(1)),)
    assert told(rungs, UP_IN_MARCH, "2025-06-20=100")[1:] == [
        ("up", 1, "2025-03-10"),
        ("up", 2, "2025-06-20"),
        ("base", 2, "2025-10-20"),
    ]


def test_T3_a_continuous_requalifying_is_the_same_time() -> None:
    rungs = (rung(grace=Span(1)),)
    assert told(rungs, UP_IN_MARCH, "2025-05-01=100")[1:] == [
        ("up", 1, "2025-03-10"),
        ("base", 2, "2025-07-01"),
    ]


def test_T3_beginning_anew_in_the_instant_of_the_end_is_unbroken() -> None:
    assert told((rung(),), UP_IN_MARCH, "2025-04-10=100")[1:] == [
        ("up", 1, "2025-03-10"),
        ("base", 2, "2025-05-10"),
    ]


def test_T3_one_step_begins_a_stay_of_the_next_lower_rung() -> None:
    low = rung("low", 500, minimum_stay=Span(2), grace=Span(days=5))
    high = Rung("high", Need("visits", 1), Span(1), downgrade="one_step")
    assert told((low, high), UP_IN_MARCH)[1:] == [
        ("high", 1, "2025-03-10"),
        ("low", 1, "2025-04-10"),
        ("base", 2, "2025-06-10"),
    ]


def test_T3_best_falls_back_into_a_running_stay_only() -> None:
    low, high = rung("low", 500), Rung("high", Need("visits", 1), Span(1))
    assert told((low, high), UP_IN_MARCH)[-1] == ("base", 2, "2025-04-10")


def test_T3_several_steps_up_at_once_and_back_into_a_running_stay() -> None:
    rungs = (rung("low", 50, Span(2)), rung("high", 100, Span(1)))
    assert told(rungs, UP_IN_MARCH)[1:] == [
        ("high", 1, "2025-03-10"),
        ("low", 1, "2025-04-10"),
        ("base", 2, "2025-05-10"),
    ]


def test_T4_a_return_ends_what_rests_on_it_minimum_stay_or_not() -> None:
    rungs = (rung(minimum_stay=Span(6)),)
    assert told(rungs, UP_IN_MARCH, back=((MARCH_10, "2025-03-20"),)) == [
        ("base", 1, "2025-01-01"),
        ("up", 1, "2025-03-10"),
        ("base", 1, "2025-03-20"),
    ]


def test_T4_a_return_at_the_purchases_instant_lifts_no_tier() -> None:
    assert told((rung(),), UP_IN_MARCH, back=((MARCH_10, "2025-02-01"),)) == [
        ("base", 1, "2025-01-01")
    ]


def test_B2_a_stay_that_a_return_erased_is_not_counted() -> None:
    rungs = (rung(window=Lifetime()),)
    shown = told(rungs, UP_IN_MARCH, "2025-05-01=100", back=((MARCH_10, "2025-04-01"),))
    assert shown == [
        ("base", 1, "2025-01-01"),
        ("up", 1, "2025-03-10"),
        ("base", 1, "2025-04-01"),
        ("up", 1, "2025-05-01"),
    ]


def test_P6_a_purchase_before_enrolment_counts_from_its_own_instant() -> None:
    assert told((rung(),), "2024-12-20=100")[:2] == [
        ("up", 1, "2024-12-20"),
        ("base", 1, "2025-01-20"),
    ]
