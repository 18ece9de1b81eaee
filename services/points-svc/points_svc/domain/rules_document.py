"""The accrual rules as people write them: validated when drafted, read into exact values when
published.

What a version can say so far: per point type how long its points last and whether they can be
burned, one base rate, and at most one multiplier by tier. Anything else is refused by the name of
its field.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from points_svc.domain.programme import NAME, Settings
from points_svc.domain.rules import Expiry, PointRule, Rules

RATE_MAX = Fraction(1_000)
MULTIPLIER_MAX = Fraction(100)
POINT_TYPES_MAX = 8
RULES_MAX = 16
TIERS_MAX = 32
BURNABLE = "points"
TO_COME = (
    "availability",
    "budget",
    "campaigns",
    "caps",
    "courtesy_days",
    "exclusive_group",
    "inactivity_months",
    "maximum_balance",
    "priority",
    "when",
)


def refused(code: str) -> PydanticCustomError:
    """A finding of ours, under a code of its own."""
    return PydanticCustomError("value_error", "the rules do not allow that", {"code": code})


def _at_most(limit: Fraction) -> AfterValidator:
    def check(text: str) -> str:
        if Fraction(text) > limit:
            raise refused("out_of_range")
        return text

    return AfterValidator(check)


class Part(BaseModel):
    """A part of the document: strict, and nothing that we do not know.

    What people will look for and this build does not have is refused under its own name.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _has_nothing_to_come(cls, data: object) -> object:
        named: dict[object, object] = data if isinstance(data, dict) else {}
        for name in TO_COME:
            if name in named:
                raise refused(f"{name}_not_available")
        return data


Name = Annotated[str, Field(pattern=NAME)]
DECIMAL = r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,6})?$"
Rate = Annotated[str, Field(pattern=DECIMAL), _at_most(RATE_MAX)]
Multiplier = Annotated[str, Field(pattern=DECIMAL), _at_most(MULTIPLIER_MAX)]


class Never(Part):
    """Lots of this type do not expire."""

    kind: Literal["never"]


class After(Part):
    """A lot expires `n` days, months or years after it was accrued, at the same wall time."""

    kind: Literal["days", "months", "years"]
    n: Annotated[int, Field(ge=1, le=1_200)]


class EndOfYear(Part):
    """A lot expires with the calendar year that is `years_after` after the one it was accrued
    in.
    """

    kind: Literal["end_of_year"]
    years_after: Annotated[int, Field(ge=0, le=20)]


class Rounding(Part):
    """How fractions become points: floored, once per order."""

    mode: Literal["floor"] = "floor"
    level: Literal["order"] = "order"


class PointTypeTerms(Part):
    """What holds for all points of a type."""

    point_type: Name
    is_burnable: bool
    expiry: Annotated[Never | After | EndOfYear, Field(discriminator="kind")]
    rounding: Rounding = Rounding()


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

    rule: Name
    point_type: Name
    phase: Literal["base"]
    effect: PerUnit


class MultiplierRule(Part):
    """What the base is multiplied by."""

    rule: Name
    point_type: Name
    phase: Literal["multiplier"]
    effect: ByTier


AccrualRule = Annotated[BaseRule | MultiplierRule, Field(discriminator="phase")]


class RulesDocument(Part):
    """One version of a programme's accrual rules."""

    name: Name
    point_types: Annotated[list[PointTypeTerms], Field(min_length=1, max_length=POINT_TYPES_MAX)]
    rules: Annotated[list[AccrualRule], Field(min_length=1, max_length=RULES_MAX)]

    @model_validator(mode="after")
    def _is_whole(self) -> "RulesDocument":
        """Every point type has one base rule and at most one multiplier, and `points` can be
        burned.
        """
        types = [terms.point_type for terms in self.point_types]
        if _twice(types):
            raise refused("point_type_twice")
        if _twice(rule.rule for rule in self.rules):
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


def _twice(names: Iterable[str]) -> bool:
    return any(count > 1 for count in Counter(names).values())


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
        _expiry(terms),
        terms.is_burnable,
        multipliers,
    )


def _expiry(terms: PointTypeTerms) -> Expiry:
    if isinstance(terms.expiry, Never):
        return Expiry("never")
    if isinstance(terms.expiry, EndOfYear):
        return Expiry("end_of_year", terms.expiry.years_after)
    return Expiry(terms.expiry.kind, terms.expiry.n)
