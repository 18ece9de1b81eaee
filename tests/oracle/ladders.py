"""Ladders nobody would sell, so that every combination of T2 is tried."""

from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.histories import Chooser, pick
from tests.oracle.programme import (
    AllOf,
    AnyOf,
    Calendar,
    Lifetime,
    Need,
    PointKind,
    Programme,
    Rung,
    Span,
    Test,
    Window,
)

TIERS = ("first", "second", "third", "fourth")
ZONES = (ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"))
WINDOWS: tuple[Window, ...] = (
    Span(1),
    Span(3),
    Span(12),
    Calendar("month"),
    Calendar("quarter"),
    Calendar("year"),
    Lifetime(),
)
STAYS: tuple[Span | Calendar, ...] = (
    Span(1),
    Span(2),
    Span(12),
    Calendar("month", 1),
    Calendar("month", 2),
)
LONGER: tuple[Span | Calendar, ...] = (Calendar("quarter", 1), Calendar("year", 1))


def need(chooser: Chooser) -> Need:
    metric = pick(chooser, ("spend", "visits", "days", "growth", "points"))
    few = {"spend": (1_000, 40_000), "visits": (1, 4), "days": (1, 3)}
    low, high = few.get(metric, (10, 400))
    return Need(metric, chooser.number(low, high))


def a_test(chooser: Chooser) -> Test:
    shape = pick(chooser, (None, None, AllOf, AnyOf))
    return need(chooser) if shape is None else shape((need(chooser), need(chooser)))


def stay(chooser: Chooser, periodic: bool) -> Span | Calendar | None:
    return pick(chooser, (*STAYS, *LONGER)) if periodic else pick(chooser, (None, *STAYS))


def rung(chooser: Chooser, tier: str) -> Rung:
    window = pick(chooser, WINDOWS)
    periodic = not isinstance(window, Lifetime) and pick(chooser, (True, False))
    return Rung(
        tier,
        a_test(chooser),
        window,
        stay=stay(chooser, periodic),
        renewal="at_period_end" if periodic else "continuous",
        minimum_stay=pick(chooser, (Span(), Span(), Span(1), Span(3))),
        grace=pick(chooser, (Span(), Span(), Span(days=10), Span(days=30), Span(1))),
        downgrade=pick(chooser, ("best", "one_step")),
    )


def a_programme(chooser: Chooser) -> Programme:
    tiers = TIERS[: chooser.number(1, len(TIERS))]
    steps = ("1", "1.1", "1.25", "1.5", "2")
    multipliers = {
        tier: Fraction(step) for tier, step in zip(("base", *tiers), steps, strict=False)
    }
    return Programme(
        name="random",
        zone=pick(chooser, ZONES),
        currency="USD",
        base="base",
        rungs=tuple(rung(chooser, tier) for tier in tiers),
        points=(
            PointKind("points", Fraction(1), multipliers, Span(2)),
            PointKind("growth", Fraction(1), None),
        ),
    )
