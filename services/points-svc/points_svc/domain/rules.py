"""Versions of the accrual rules as values: what a whole currency unit is worth, in which points,
for how long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from points_svc.domain.wall_time import add_days, add_months, end_of_year

ONE = Fraction(1)
BEGINNING = datetime.min.replace(tzinfo=UTC)
NOTHING: Mapping[str, Fraction] = {}

Lasting = Literal["never", "days", "months", "years", "end_of_year"]


@dataclass(frozen=True)
class Expiry:
    """How long a lot lasts: `n` of its kind. `end_of_year` is the end of the n-th calendar year
    after its own.
    """

    kind: Lasting
    n: int = 0

    def ends(self, occurred_at: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant at which a lot of that instant is gone (P2), or None."""
        if self.kind == "never":
            return None
        if self.kind == "end_of_year":
            return end_of_year(occurred_at, self.n, zone)
        if self.kind == "days":
            return add_days(occurred_at, self.n, zone)
        return add_months(occurred_at, self.n if self.kind == "months" else 12 * self.n, zone)


@dataclass(frozen=True, eq=False)
class PointRule:
    """What a version says of one point type. `rate` is points per whole currency unit, before the
    multiplier.

    A tier that `multipliers` does not name is rated at 1.
    """

    point_type: str
    rate: Fraction
    expiry: Expiry
    is_burnable: bool
    multipliers: Mapping[str, Fraction] = field(default_factory=lambda: NOTHING)

    def multiplier(self, tier: str) -> Fraction:
        """What the rate is multiplied by in a tier."""
        return self.multipliers.get(tier, ONE)


@dataclass(frozen=True, eq=False)
class Rules:
    """One published version, with the programme's settings as they stood at its publication.

    In force from `effective_from`; None is the beginning of time.
    """

    version: int
    effective_from: datetime | None
    zone: ZoneInfo
    currency: str
    minor_per_unit: int
    base_tier: str
    points: tuple[PointRule, ...]

    def of(self, point_type: str) -> PointRule | None:
        """The rule of a point type, where this version has one."""
        return next((rule for rule in self.points if rule.point_type == point_type), None)


@dataclass(frozen=True, eq=False)
class RuleBook:
    """All published versions, in order of `effective_from`, then version."""

    versions: tuple[Rules, ...]

    @classmethod
    def of(cls, versions: Sequence[Rules]) -> "RuleBook":
        """The book of these versions, whatever their order."""
        return cls(
            tuple(sorted(versions, key=lambda v: (v.effective_from or BEGINNING, v.version)))
        )

    def in_force(self, at: datetime) -> Rules:
        """The version that rates what occurs at `at` (E4): of those that began by then the last,
        ties by number.
        """
        for version in reversed(self.versions):
            if version.effective_from is None or version.effective_from <= at:
                return version
        raise AssertionError("the first version is in force from the beginning of time")

    def numbered(self, version: int) -> Rules:
        """The version of that number."""
        return next(v for v in self.versions if v.version == version)

    def point_types(self) -> tuple[str, ...]:
        """Every point type that any version knows, sorted."""
        return tuple(
            sorted({rule.point_type for version in self.versions for rule in version.points})
        )
