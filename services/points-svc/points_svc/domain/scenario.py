"""What a simulation compares: the rules in force, or one version, with another version (P5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from points_svc.domain.campaigns import PER_ORDER
from points_svc.domain.rules import PointRule, RuleBook, Rules
from points_svc.domain.simulation_refusals import SimulationInvalid


class SimulationAsk(NamedTuple):
    """What is asked of a version. `point_values`: minor units of money that a point is worth."""

    version: int
    against: int | None
    from_at: datetime
    to_at: datetime
    point_values: Mapping[str, Fraction]


@dataclass(frozen=True)
class Scenario:
    """Facts of [from_at, to_at), as `before` rates them and as `after` does."""

    before: RuleBook
    after: RuleBook
    from_at: datetime
    to_at: datetime
    zone: ZoneInfo
    point_values: Mapping[str, Fraction]

    @cached_property
    def reads(self) -> frozenset[str]:
        """Which of tier, segment and first_purchase any side looks at."""
        return self.before.reads | self.after.reads

    @cached_property
    def point_types(self) -> tuple[str, ...]:
        """Every point type of either side, sorted."""
        return tuple(sorted({*self.before.point_types(), *self.after.point_types()}))

    @cached_property
    def leaves_out(self) -> tuple[str, ...]:
        """What limits facts when they are recorded, and is not simulated: `budgets` of campaigns,
        `maximum_balance`; what caps that span purchases had counted before the period
        (`counted_before`).
        """
        every = [
            rule
            for book in (self.before, self.after)
            for one in book.versions
            for rule in one.points
        ]
        found = {
            "budgets": any(rule.campaigns.ranked for rule in every),
            "counted_before": any(_counts(rule) for rule in every),
            "maximum_balance": any(rule.terms.maximum_balance is not None for rule in every),
        }
        return tuple(name for name, is_there in found.items() if is_there)

    def cost(self, point_type: str, points: int) -> int | None:
        """What points are worth in minor units, rounded down; None where no value was named."""
        value = self.point_values.get(point_type)
        return None if value is None else int(points * value // 1)

    def demand_known(self) -> None:
        """Refusals: SimulationInvalid, where a value is named for points that nobody knows."""
        unknown = sorted(set(self.point_values) - set(self.point_types))
        if unknown:
            flaws = [{"path": f"/point_values/{name}", "code": "not_found"} for name in unknown]
            raise SimulationInvalid(errors=flaws)


def for_ever(rules: Rules) -> RuleBook:
    """A version as if it had been in force from the beginning of time, alone."""
    return RuleBook.of([replace(rules, effective_from=None)])


def _counts(rule: PointRule) -> bool:
    """Whether anything counts over the purchases of a member."""
    spanning = rule.purchases.spanning or rule.activities.spanning
    capped = any(per != PER_ORDER for one in rule.campaigns.ranked for per in one.caps)
    return bool(spanning or capped)
