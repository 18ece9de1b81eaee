"""The oracle itself is right: the member's story of the `classic` programme, number by number."""

from datetime import UTC, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from tests.oracle.facts import History, Line, Purchase, Return
from tests.oracle.programme import CLASSIC
from tests.oracle.rating import Rated, rate, settle
from tests.oracle.timeline import Interval

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def bought(name: str, at: datetime, *net_minor: int) -> Purchase:
    return Purchase(name, at, tuple(Line(str(n), net, 1) for n, net in enumerate(net_minor, 1)))


ENROLLED = on(3, 1)
A = bought("A", on(3, 2, 10), 10_000)
B = bought("B", on(3, 9, 12), 25_050)
C = bought("C", on(3, 20, 18), 9_990)
D = bought("D", on(4, 5, 9), 60_000, 40_000)
E = bought("E", on(4, 20), 1_000)
F = bought("F", on(3, 5, 8), 20_000)
LINE_2 = Return("D2", "D", on(4, 8), (("2", 1),))
LINE_1 = Return("D1", "D", on(4, 10), (("1", 1),))


def after(purchases: tuple[Purchase, ...], returns: tuple[Return, ...] = ()) -> Rated:
    return rate(CLASSIC, History(ENROLLED, purchases, returns))


@pytest.mark.parametrize(
    ("rated", "points", "growth"),
    [
        pytest.param(after((A,)), 110, 100, id="step 1: regular gives a tenth more"),
        pytest.param(after((A, B)), 110 + 275, 350, id="step 2: floored once, 275.55"),
        pytest.param(after((A, B, C)), 494, 449, id="step 3: C lifts and is still regular"),
        pytest.param(after((A, B, C, D)), 1694, 1449, id="step 4: D is rated as silver"),
        pytest.param(after((A, B, C, D), (LINE_2,)), 1214, 1049, id="step 6: 480 taken back"),
        pytest.param(after((A, B, C, D), (LINE_2, LINE_1)), 494, 449, id="step 7: 720 more"),
        pytest.param(after((A, B, C, D, E), (LINE_2, LINE_1)), 506, 459, id="step 8: E in silver"),
        pytest.param(
            after((A, B, C, D, E, F), (LINE_2, LINE_1)), 736, 659, id="step 9: F comes late"
        ),
    ],
)
def test_the_story_is_rated_as_told(rated: Rated, points: int, growth: int) -> None:
    assert (rated.total("points"), rated.total("growth")) == (points, growth)


def test_silver_begins_with_the_third_visit_and_ends_with_the_next_month() -> None:
    assert after((A, B, C)).timeline == (
        Interval("regular", 1, ENROLLED, C.occurred_at),
        Interval("silver", 1, C.occurred_at, on(5, 1)),
        Interval("regular", 2, on(5, 1), None),
    )


def test_a_late_visit_moves_silver_to_the_purchase_that_is_third_now() -> None:
    assert after((A, B, C, D, E, F), (LINE_2, LINE_1)).timeline == (
        Interval("regular", 1, ENROLLED, B.occurred_at),
        Interval("silver", 1, B.occurred_at, on(5, 1)),
        Interval("regular", 2, on(5, 1), None),
    )


@pytest.mark.parametrize("order", list(permutations((A, B, C, D, E, F)))[::45], ids=str)
def test_the_second_form_ends_in_the_same_figures(order: tuple[Purchase, ...]) -> None:
    rated = after(order, (LINE_1, LINE_2))
    of_points = {name: n for (name, kind), n in rated.accruals.items() if kind == "points"}
    assert of_points == {"A": 110, "F": 220, "B": 275, "C": 119, "D": 1200, "E": 12}
    assert rated.reversals["D2", "points"] == 480
    assert rated.reversals["D1", "points"] == 720
    assert rated.total("growth") == 659


def test_without_the_redemption_736_are_available() -> None:
    history = History(ENROLLED, (A, B, C, D, E, F), (LINE_1, LINE_2))
    stands = settle(CLASSIC, history, rate(CLASSIC, history), CLASSIC.points[0], on(4, 25))
    assert (stands.available, stands.expired, stands.deficit) == (736, 0, 0)


def test_a_lot_of_classic_expires_at_the_end_of_the_next_year() -> None:
    history = History(ENROLLED, (A,))
    last = datetime(2028, 1, 1, tzinfo=SHANGHAI)
    stands = settle(CLASSIC, history, rate(CLASSIC, history), CLASSIC.points[0], last)
    assert (stands.available, stands.expired) == (0, 110)
