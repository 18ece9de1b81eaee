"""One accrual rule as people write it: when it holds, and what it then does (P5)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from points_svc.domain.conditions_document import When, optional
from points_svc.domain.document_parts import DECIMAL, Name, Part, at_most, refused

RATE_MAX = Fraction(1_000)
MULTIPLIER_MAX = Fraction(100)
POINTS_MAX = 1_000_000_000
TIERS_MAX = 32
PRIORITY_MAX = 1_000

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


Per = Literal["order", "member", "member_day", "member_week", "member_month", "member_year"]


class AtMost(Part):
    """The lines for which the rule holds bring at most `points` together, after everything else:
    of each order, or of all that a member buys, ever or in one day, week, month or year.
    """

    kind: Literal["at_most"]
    points: Whole
    per: Per = Field(default="order", exclude_if=lambda per: per == "order")


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

    @property
    def expressions(self) -> int:
        """How many of its leaves are expressions."""
        return sum(leaf.said[0] == "cel" for leaf in self.when.leaves()) if self.when else 0

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
