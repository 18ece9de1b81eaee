"""The accrual rules as people write them: validated when drafted, read into exact values when
published.

What cannot be meant is refused by a code and a pointer to it; what can, but surprises, is found by
`findings`.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from points_svc.domain.conditions_document import When, optional
from points_svc.domain.document_parts import DECIMAL, Name, Part, at_most, refused, twice
from points_svc.domain.point_types_document import PointTypeTerms

RATE_MAX = Fraction(1_000)
MULTIPLIER_MAX = Fraction(100)
POINTS_MAX = 1_000_000_000
POINT_TYPES_MAX = 8
RULES_MAX = 200
EXPRESSIONS_MAX = 20
TIERS_MAX = 32
PRIORITY_MAX = 1_000
BURNABLE = "points"

Rate = Annotated[str, Field(pattern=DECIMAL), at_most(RATE_MAX)]
Factor = Annotated[str, Field(pattern=DECIMAL), at_most(MULTIPLIER_MAX)]
Whole = Annotated[int, Field(ge=0, le=POINTS_MAX)]


class PerUnit(Part):
    """`points` per whole unit of the programme's currency, of what the line costs net of discounts
    or gross.
    """

    kind: Literal["per_unit"]
    points: Rate
    of: Literal["net", "gross"] = Field(default="net", exclude_if=lambda of: of == "net")


class PerItem(Part):
    """`points` for each unit of a line."""

    kind: Literal["per_item"]
    points: Rate


class Fixed(Part):
    """`points` once, for the order or the activity."""

    kind: Literal["fixed"]
    points: Whole


class ByTier(Part):
    """A multiplier for each tier; a tier that is not named is multiplied by 1."""

    kind: Literal["by_tier"]
    multipliers: Annotated[dict[Name, Factor], Field(min_length=1, max_length=TIERS_MAX)]


class Multiply(Part):
    """A multiplier."""

    kind: Literal["multiply"]
    by: Factor


class AtMost(Part):
    """The lines for which the rule holds bring at most `points` together, after everything else."""

    kind: Literal["at_most"]
    points: Whole


AnyEffect = Annotated[
    PerUnit | PerItem | Fixed | ByTier | Multiply | AtMost, Field(discriminator="kind")
]
GIVING = frozenset({"per_unit", "per_item", "fixed"})
EFFECTS: Mapping[str, frozenset[str]] = {
    "base": GIVING,
    "multiplier": frozenset({"by_tier", "multiply"}),
    "bonus": GIVING,
    "cap": frozenset({"at_most"}),
}
OF_LINES = frozenset({"category", "sku", "brand", "line_amount", "line_quantity"})
OF_ORDERS = frozenset({"order_amount", "order_quantity", "payment", "store", "first_purchase"})


class AccrualRule(Part):
    """One rule: on what, when, and what it does. Without `when` it holds for everything."""

    to_come: ClassVar[tuple[str, ...]] = ("budget", "campaign", "caps")

    rule: Name
    point_type: Name
    on: Literal["purchase", "activity"] = Field(
        default="purchase", exclude_if=lambda on: on == "purchase"
    )
    phase: Literal["base", "multiplier", "bonus", "cap"]
    when: When | None = optional()
    effect: AnyEffect
    priority: Annotated[int, Field(ge=-PRIORITY_MAX, le=PRIORITY_MAX)] = Field(
        default=0, exclude_if=lambda priority: priority == 0
    )
    exclusive_group: Name | None = optional()

    @model_validator(mode="after")
    def _fits(self) -> "AccrualRule":
        if self.effect.kind not in EFFECTS[self.phase]:
            raise refused("effect_not_of_phase")
        if self.on == "activity" and self.effect.kind in {"per_unit", "per_item"}:
            raise refused("effect_not_of_activity")
        if self.exclusive_group and self.phase in {"base", "cap"}:
            raise refused("group_not_of_phase")
        leaves = {leaf.said[0] for leaf in self.when.leaves()} if self.when else set()
        if self.on == "activity" and leaves & (OF_LINES | OF_ORDERS):
            raise refused("condition_not_of_activity")
        if self.on == "purchase" and "activity" in leaves:
            raise refused("condition_not_of_purchase")
        return self


class RulesDocument(Part):
    """One version of a programme's accrual rules."""

    to_come: ClassVar[tuple[str, ...]] = ("budget", "campaigns", "caps")

    name: Name
    point_types: Annotated[list[PointTypeTerms], Field(min_length=1, max_length=POINT_TYPES_MAX)]
    rules: Annotated[list[AccrualRule], Field(min_length=1, max_length=RULES_MAX)]

    @model_validator(mode="after")
    def _is_whole(self) -> "RulesDocument":
        """Names are unique, every point type has a rule and every rule a point type, and `points`
        can be burned.
        """
        for code in self._flaws():
            raise refused(code)
        return self

    def _flaws(self) -> Iterator[str]:
        types = [terms.point_type for terms in self.point_types]
        ruled = {rule.point_type for rule in self.rules}
        if twice(types):
            yield "point_type_twice"
        if twice(rule.rule for rule in self.rules):
            yield "rule_twice"
        if not any(t.point_type == BURNABLE and t.is_burnable for t in self.point_types):
            yield "points_missing"
        if not ruled.issubset(types):
            yield "point_type_unknown"
        if not ruled.issuperset(types):
            yield "point_type_without_rule"
        if sum(self._expressions()) > EXPRESSIONS_MAX:
            yield "too_many_expressions"

    def _expressions(self) -> Iterator[int]:
        for rule in self.rules:
            if rule.when:
                yield sum(leaf.said[0] == "cel" for leaf in rule.when.leaves())
