"""Versions of the accrual rules as values: what facts are worth, in which points, for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

from points_svc.domain.campaigns import NO_CAMPAIGNS, Campaigns
from points_svc.domain.effects import Multiply, PerMinor
from points_svc.domain.expiry import Expiry
from points_svc.domain.point_terms import PLAIN, PointTerms
from points_svc.domain.refusals import PointTypeNotBurnable
from points_svc.domain.rule_sets import Rule, RuleSet
from points_svc.domain.scenes import NO_ZONES, Zones

BEGINNING = datetime.min.replace(tzinfo=UTC)
NOTHING: Mapping[str, Fraction] = {}
NO_RULES = RuleSet(())


@dataclass(frozen=True, eq=False)
class PointRule:
    """What a version says of one point type: what purchases and activities bring, and the terms of
    its lots.
    """

    point_type: str
    purchases: RuleSet
    expiry: Expiry
    is_burnable: bool
    activities: RuleSet = NO_RULES
    terms: PointTerms = PLAIN
    campaigns: Campaigns = NO_CAMPAIGNS

    @property
    def sets(self) -> list[RuleSet]:
        """Its own rules and those of its campaigns."""
        campaigns = self.campaigns.ranked
        theirs = (rules for one in campaigns for rules in (one.purchases, one.activities))
        return [self.purchases, self.activities, *theirs]

    @cached_property
    def is_limited(self) -> bool:
        """Whether anything of it is decided when a fact is recorded: campaigns, caps that span
        purchases, a maximum balance.
        """
        spanning = self.purchases.spanning or self.activities.spanning
        is_bounded = self.terms.maximum_balance is not None
        return bool(self.campaigns.ranked or spanning or is_bounded)

    @cached_property
    def heeds_activities(self) -> bool:
        """Whether activities are posted: some rule is about them."""
        campaigns = self.campaigns.ranked
        return bool(self.activities.rules or any(one.activities.rules for one in campaigns))


def plain_rule(
    point_type: str,
    rate: Fraction,
    expiry: Expiry,
    is_burnable: bool,
    by_tier: Mapping[str, Fraction] = NOTHING,
    minor_per_unit: int = 100,
) -> PointRule:
    """A point type of one rate per whole currency unit, and one multiplier by tier."""
    spend = Rule("spend", "base", PerMinor(rate * Fraction(1, minor_per_unit)))
    rules = [spend, *([Rule("tier", "multiplier", Multiply(by_tier))] if by_tier else [])]
    return PointRule(point_type, RuleSet(rules), expiry, is_burnable)


@dataclass(frozen=True, eq=False)
class Rules:
    """One published version, with the programme's settings as they stood at its publication.

    In force from `effective_from`; None is the beginning of time. Stores have zones of their own
    where `store_zones` names them.
    """

    version: int
    effective_from: datetime | None
    zone: ZoneInfo
    currency: str
    minor_per_unit: int
    base_tier: str
    points: tuple[PointRule, ...]
    store_zones: Zones = field(default_factory=lambda: NO_ZONES)
    ladder: str | None = None

    def of(self, point_type: str) -> PointRule | None:
        """The rule of a point type, where this version has one."""
        return next((rule for rule in self.points if rule.point_type == point_type), None)

    @cached_property
    def reads(self) -> frozenset[str]:
        """Which of tier, segment and first_purchase any rule looks at."""
        return frozenset[str]().union(*(one.reads for rule in self.points for one in rule.sets))

    @cached_property
    def is_limited(self) -> bool:
        """Whether any point type has campaigns, or caps that span purchases."""
        return any(rule.is_limited for rule in self.points)

    @cached_property
    def is_bounded(self) -> bool:
        """Whether an account holds only so many of any point type."""
        return any(rule.terms.maximum_balance is not None for rule in self.points)


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

    @cached_property
    def bounded(self) -> frozenset[str]:
        """The point types of which any version lets an account hold only so many."""
        types = (rule for version in self.versions for rule in version.points)
        return frozenset(one.point_type for one in types if one.terms.maximum_balance)

    @cached_property
    def forgetting(self) -> frozenset[str]:
        """The point types that any version takes from who was away too long (P2)."""
        types = (rule for version in self.versions for rule in version.points)
        return frozenset(one.point_type for one in types if one.terms.inactivity_months)

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The kinds of activities that lots of any version wait for (P4)."""
        types = (rule.terms.availability for version in self.versions for rule in version.points)
        return frozenset(one.activity for one in types if one.activity)

    @cached_property
    def reads(self) -> frozenset[str]:
        """Which of tier, segment and first_purchase any version looks at."""
        return frozenset[str]().union(*(version.reads for version in self.versions))


def burnable(rules: Rules | None, point_type: str) -> Rules:
    """The version, if it lets points of this type be burned. Refusals: PointTypeNotBurnable."""
    rule = rules.of(point_type) if rules else None
    if rules is None or rule is None or not rule.is_burnable:
        raise PointTypeNotBurnable
    return rules
