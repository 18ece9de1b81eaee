"""When a rule applies, as people write it: a tree of all, any and not over leaves of the order and
of its lines (P5).

Each node is an object with one member, which names it: `{"all": [{"category": ["wine"]},
{"tier": ["gold"]}]}`. A leaf of the order holds for every line or for none; a leaf of a line holds
for the lines that it fits.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from points_svc.domain.cel import EXPRESSION_MAX, Unreadable, compiled_cel
from points_svc.domain.document_parts import Name, Part, refused

DEPTH_MAX = 8
NODES_MAX = 200
BRANCHES_MAX = 50
VALUES_MAX = 1_000
TEXT_MAX = 64
MINOR_MAX = 1_000_000_000_000
UNITS_MAX = 1_000_000_000
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Text = Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
Values = Annotated[list[Text], Field(min_length=1, max_length=VALUES_MAX)]
Names = Annotated[list[Name], Field(min_length=1, max_length=VALUES_MAX)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def is_absent(value: object) -> bool:
    """Whether a member was not written."""
    return value is None


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refused("format") from None
    return text


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_day)]


def optional(alias: str | None = None) -> Any:
    """A member that may be left out, and then is not answered either."""
    return Field(default=None, alias=alias, exclude_if=is_absent)


class MinorRange(Part):
    """An amount in minor units: at least this, below that."""

    at_least_minor: Annotated[int, Field(ge=0, le=MINOR_MAX)] | None = optional()
    below_minor: Annotated[int, Field(ge=1, le=MINOR_MAX)] | None = optional()

    @model_validator(mode="after")
    def _is_not_empty(self) -> "MinorRange":
        _demand_some(self.at_least_minor, self.below_minor)
        return self


class UnitRange(Part):
    """A number of units: at least this, below that."""

    at_least: Annotated[int, Field(ge=0, le=UNITS_MAX)] | None = optional()
    below: Annotated[int, Field(ge=1, le=UNITS_MAX)] | None = optional()

    @model_validator(mode="after")
    def _is_not_empty(self) -> "UnitRange":
        _demand_some(self.at_least, self.below)
        return self


def _demand_some(least: int | None, below: int | None) -> None:
    if (least is None and below is None) or (least and below and least >= below):
        raise refused("range_empty")


class Window(Part):
    """A time on the wall clock of the programme's or the store's zone: on these days, from a time
    until just before another. One over midnight belongs to the day on which it began.
    """

    zone: Literal["programme", "store"] = "programme"
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)] | None = optional()
    days_of_month: (
        Annotated[list[Annotated[int, Field(ge=1, le=31)]], Field(min_length=1, max_length=31)]
        | None
    ) = optional()
    from_time: Clock | None = optional()
    to_time: Clock | None = optional()
    first_on: Day | None = optional()
    last_on: Day | None = optional()

    @model_validator(mode="after")
    def _is_not_empty(self) -> "Window":
        is_unlimited = not self.model_fields_set - {"zone"}
        if is_unlimited or (self.from_time and self.from_time == self.to_time):
            raise refused("window_empty")
        if self.first_on and self.last_on and self.last_on < self.first_on:
            raise refused("window_empty")
        return self


class Attribute(Part):
    """An attribute of the fact that has one of these values."""

    name: Text
    values: Values


def _cel(text: str) -> str:
    try:
        compiled_cel(text)
    except Unreadable as unreadable:
        raise refused(unreadable.code) from None
    return text


class Condition(Part):
    """One node of the tree: exactly one member is written."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, serialize_by_alias=True, validate_by_alias=True
    )
    all_: Annotated[list["Condition"], Field(min_length=1, max_length=BRANCHES_MAX)] | None = (
        optional("all")
    )
    any_: Annotated[list["Condition"], Field(min_length=1, max_length=BRANCHES_MAX)] | None = (
        optional("any")
    )
    not_: "Condition | None" = optional("not")
    category: Values | None = optional()
    sku: Values | None = optional()
    brand: Values | None = optional()
    line_amount: MinorRange | None = optional()
    line_quantity: UnitRange | None = optional()
    store: Values | None = optional()
    channel: Values | None = optional()
    payment: Values | None = optional()
    order_amount: MinorRange | None = optional()
    order_quantity: UnitRange | None = optional()
    time: Window | None = optional()
    tier: Names | None = optional()
    segment: Values | None = optional()
    first_purchase: bool | None = optional()
    occasion: Values | None = optional()
    attribute: Attribute | None = optional()
    activity: Values | None = optional()
    cel: (
        Annotated[str, Field(min_length=1, max_length=EXPRESSION_MAX), AfterValidator(_cel)] | None
    ) = optional()

    @model_validator(mode="after")
    def _is_one(self) -> "Condition":
        if len(self.model_fields_set) != 1 or self.said[1] is None:
            raise refused("condition_not_one")
        return self

    @property
    def said(self) -> tuple[str, Any]:
        """The one member: its name as written, and its value."""
        (field,) = self.model_fields_set
        return field.rstrip("_"), getattr(self, field)

    @property
    def parts(self) -> Mapping[str, "Condition"]:
        """What an all, any or not is made of, each under its pointer from here."""
        name, value = self.said
        if name == "not":
            return {"/not": value}
        if name in {"all", "any"}:
            return {f"/{name}/{n}": part for n, part in enumerate(value)}
        return {}

    def leaves(self) -> Iterator["Condition"]:
        """Every leaf below, in writing order."""
        if not self.parts:
            yield self
        for part in self.parts.values():
            yield from part.leaves()

    def depth(self) -> int:
        """Nodes on the longest way down; a leaf alone is 1."""
        return 1 + max((part.depth() for part in self.parts.values()), default=0)

    def size(self) -> int:
        """Nodes in all."""
        return 1 + sum(part.size() for part in self.parts.values())


def bounded(condition: Condition) -> Condition:
    """The tree, if it is neither too deep nor too large."""
    if condition.depth() > DEPTH_MAX:
        raise refused("condition_too_deep")
    if condition.size() > NODES_MAX:
        raise refused("condition_too_large")
    return condition


When = Annotated[Condition, AfterValidator(bounded)]
