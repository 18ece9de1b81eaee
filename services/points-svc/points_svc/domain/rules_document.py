"""The accrual rules as people write them: validated when drafted, read into exact values when
published.

What a version can say so far: per point type how long its points last and whether they can be
burned, one base rate, and at most one multiplier by tier. Anything else is refused by the name of
its field.
"""

from collections import Counter
from datetime import datetime
from fractions import Fraction
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from points_svc.domain.document_parts import DECIMAL, Name, Part, at_most, refused, twice
from points_svc.domain.point_types_document import PointTypeTerms, expiry_of
from points_svc.domain.programme import Settings
from points_svc.domain.rules import PointRule, Rules

RATE_MAX = Fraction(1_000)
MULTIPLIER_MAX = Fraction(100)
POINT_TYPES_MAX = 8
RULES_MAX = 16
TIERS_MAX = 32
BURNABLE = "points"
TO_COME = ("budget", "campaigns", "caps", "exclusive_group", "priority", "when")


Rate = Annotated[str, Field(pattern=DECIMAL), at_most(RATE_MAX)]
Multiplier = Annotated[str, Field(pattern=DECIMAL), at_most(MULTIPLIER_MAX)]


class PerUnit(Part):
    """`points` per whole unit of the programme's currency."""

    kind: Literal["per_unit"]
    points: Rate


class ByTier(Part):
    """A multiplier for each tier; a tier that is not named is multiplied by 1."""

    kind: Literal["by_tier"]
    multipliers: Annotated[dict[Name, Multiplier], Field(min_length=1, max_length=TIERS_MAX)]


class BaseRule(Part):
    """What a purchase brings before multipliers."""

    to_come: ClassVar[tuple[str, ...]] = TO_COME

    rule: Name
    point_type: Name
    phase: Literal["base"]
    effect: PerUnit


class MultiplierRule(Part):
    """What the base is multiplied by."""

    to_come: ClassVar[tuple[str, ...]] = TO_COME

    rule: Name
    point_type: Name
    phase: Literal["multiplier"]
    effect: ByTier


AccrualRule = Annotated[BaseRule | MultiplierRule, Field(discriminator="phase")]


class RulesDocument(Part):
    """One version of a programme's accrual rules."""

    to_come: ClassVar[tuple[str, ...]] = TO_COME

    name: Name
    point_types: Annotated[list[PointTypeTerms], Field(min_length=1, max_length=POINT_TYPES_MAX)]
    rules: Annotated[list[AccrualRule], Field(min_length=1, max_length=RULES_MAX)]

    @model_validator(mode="after")
    def _is_whole(self) -> "RulesDocument":
        """Every point type has one base rule and at most one multiplier, and `points` can be
        burned.
        """
        types = [terms.point_type for terms in self.point_types]
        if twice(types):
            raise refused("point_type_twice")
        if twice(rule.rule for rule in self.rules):
            raise refused("rule_twice")
        if not any(t.point_type == BURNABLE and t.is_burnable for t in self.point_types):
            raise refused("points_missing")
        if any(rule.point_type not in types for rule in self.rules):
            raise refused("point_type_unknown")
        counts = Counter((rule.point_type, rule.phase) for rule in self.rules)
        if any(counts[point_type, "base"] != 1 for point_type in types):
            raise refused("base_rule_not_one")
        if any(counts[point_type, "multiplier"] > 1 for point_type in types):
            raise refused("multiplier_twice")
        return self


def compiled(
    version: int, effective_from: datetime | None, document: RulesDocument, settings: Settings
) -> Rules:
    """The version as exact values, read by the settings that it was published under."""
    return Rules(
        version=version,
        effective_from=effective_from,
        zone=ZoneInfo(settings.zone),
        currency=settings.currency,
        minor_per_unit=10**settings.minor_units,
        base_tier=settings.base_tier,
        points=tuple(_point_rule(document, terms) for terms in document.point_types),
    )


def _point_rule(document: RulesDocument, terms: PointTypeTerms) -> PointRule:
    mine = [rule for rule in document.rules if rule.point_type == terms.point_type]
    (base,) = [rule for rule in mine if isinstance(rule, BaseRule)]
    multipliers = {
        tier: Fraction(multiplier)
        for rule in mine
        if isinstance(rule, MultiplierRule)
        for tier, multiplier in rule.effect.multipliers.items()
    }
    return PointRule(
        terms.point_type,
        Fraction(base.effect.points),
        expiry_of(terms),
        terms.is_burnable,
        multipliers,
    )
