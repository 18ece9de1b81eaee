"""A programme as plain data of the oracle's own. Nothing here is shared with a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

Period = Literal["month", "quarter", "year"]


@dataclass(frozen=True)
class Span:
    """Wall time to add: months first (clamped to the month's last day), then days."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True)
class Calendar:
    """`n` calendar periods of the programme's zone."""

    period: Period
    n: int = 1


@dataclass(frozen=True)
class Lifetime:
    """No window: every fact counts for ever."""


@dataclass(frozen=True)
class Need:
    """One leaf of a test. `metric`: `spend` (minor), `visits`, `days`, or a point type."""

    metric: str
    at_least: int


@dataclass(frozen=True)
class AllOf:
    of: tuple["Test", ...]


@dataclass(frozen=True)
class AnyOf:
    of: tuple["Test", ...]


Test = Need | AllOf | AnyOf
Window = Span | Calendar | Lifetime


@dataclass(frozen=True)
class Rung:
    """T2. `window` is a rolling Span of months, one Calendar period, or Lifetime."""

    tier: str
    test: Test
    window: Window
    stay: Span | Calendar | None = None
    renewal: Literal["continuous", "at_period_end"] = "continuous"
    minimum_stay: Span = Span()
    grace: Span = Span()
    downgrade: Literal["best", "one_step"] = "best"

    def __post_init__(self) -> None:
        endless = self.renewal == "at_period_end" and (
            self.stay is None or isinstance(self.window, Lifetime)
        )
        assert not endless, "at_period_end needs a stay, and a window that can end"


@dataclass(frozen=True)
class PointKind:
    """`rate` points per whole currency unit, times the tier's multiplier where there are any."""

    name: str
    rate: Fraction
    multipliers: Mapping[str, Fraction] | None
    lasts: Literal["never", "end_of_next_year"] | Span = "never"

    def multiplier(self, tier: str) -> Fraction:
        return Fraction(1) if self.multipliers is None else self.multipliers[tier]


@dataclass(frozen=True)
class Revision:
    """E4: what purchases are worth that occur at `begins_at` or later, of every kind before it."""

    begins_at: datetime
    points: tuple[PointKind, ...]


@dataclass(frozen=True)
class Programme:
    """`rungs` from low to high, above `base`, which is always in force."""

    name: str
    zone: ZoneInfo
    currency: str
    base: str
    rungs: tuple[Rung, ...]
    points: tuple[PointKind, ...]
    minor_per_unit: int = 100
    revision: Revision | None = None

    def kinds(self, at: datetime) -> tuple[PointKind, ...]:
        """The point kinds by which a purchase of that instant is rated (E4)."""
        is_revised = self.revision is not None and self.revision.begins_at <= at
        return self.every_kind if is_revised else self.points

    @property
    def every_kind(self) -> tuple[PointKind, ...]:
        """All there are, as the last version has them."""
        return self.revision.points if self.revision else self.points


def _by_tier(**of_tier: str) -> dict[str, Fraction]:
    return {tier: Fraction(multiplier) for tier, multiplier in of_tier.items()}


CLASSIC = Programme(
    name="classic",
    zone=ZoneInfo("Asia/Shanghai"),
    currency="CNY",
    base="regular",
    rungs=(
        Rung("silver", Need("visits", 3), Calendar("month"), Calendar("month", 2)),
        Rung("gold", Need("growth", 10_000), Span(12), Span(12), "at_period_end"),
        Rung("vip", Need("spend", 10_000_000), Lifetime()),
    ),
    points=(
        PointKind(
            "points",
            Fraction(1),
            _by_tier(regular="1.1", silver="1.2", gold="2", vip="2"),
            "end_of_next_year",
        ),
        PointKind("growth", Fraction(1), None),
    ),
)


def _grocer_rung(tier: str, spend: int) -> Rung:
    return Rung(
        tier,
        Need("spend", spend),
        Span(12),
        minimum_stay=Span(3),
        grace=Span(days=30),
        downgrade="one_step",
    )


GROCER = Programme(
    name="grocer",
    zone=ZoneInfo("America/New_York"),
    currency="USD",
    base="bronze",
    rungs=(
        _grocer_rung("silver", 50_000),
        _grocer_rung("gold", 150_000),
        _grocer_rung("platinum", 300_000),
    ),
    points=(
        PointKind(
            "points",
            Fraction(1),
            _by_tier(bronze="1", silver="1.25", gold="1.5", platinum="2"),
            Span(12),
        ),
    ),
)

BRISK = Programme(
    name="brisk",
    zone=ZoneInfo("America/New_York"),
    currency="USD",
    base="plain",
    rungs=(
        Rung("bronze", Need("visits", 2), Calendar("month"), Calendar("month", 2)),
        Rung(
            "silver",
            AnyOf((Need("spend", 5_000), AllOf((Need("visits", 3), Need("growth", 20))))),
            Span(1),
            minimum_stay=Span(1),
            grace=Span(days=10),
            downgrade="one_step",
        ),
        Rung(
            "gold",
            Need("growth", 100),
            Span(2),
            Span(1),
            "at_period_end",
            grace=Span(days=5),
            downgrade="one_step",
        ),
        Rung("vip", Need("points", 300), Span(3), Calendar("quarter"), downgrade="one_step"),
    ),
    points=(
        PointKind(
            "points",
            Fraction(1),
            _by_tier(plain="1", bronze="1.1", silver="1.25", gold="1.5", vip="2"),
            Span(2),
        ),
        PointKind("growth", Fraction(1), None),
    ),
)
