"""What a version says of a point type, as people write it: whether it can be burned, how long its
points last, how fractions become points.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from points_svc.domain.conditions_document import Day
from points_svc.domain.document_parts import Name, Part
from points_svc.domain.expiry import Expiry


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


class EndOfMonth(Part):
    """A lot expires with the calendar month that is `months_after` after the one it was accrued
    in.
    """

    kind: Literal["end_of_month"]
    months_after: Annotated[int, Field(ge=0, le=240)]


class EndOfQuarter(Part):
    """A lot expires with the calendar quarter that is `quarters_after` after the one it was accrued
    in.
    """

    kind: Literal["end_of_quarter"]
    quarters_after: Annotated[int, Field(ge=0, le=80)]


class FixedDate(Part):
    """All lots expire with the same day, their last; with `repeats_yearly`, with that day of every
    year.
    """

    kind: Literal["fixed_date"]
    last_day: Day
    repeats_yearly: bool = False


class Rounding(Part):
    """How fractions become points: which way, and of what: the order's sum, each line, or what each
    base and bonus rule gives.
    """

    mode: Literal["floor", "half_up", "half_even", "ceil"] = "floor"
    level: Literal["order", "line", "rule"] = "order"


class PointTypeTerms(Part):
    """What holds for all points of a type."""

    to_come: ClassVar[tuple[str, ...]] = (
        "availability",
        "courtesy_days",
        "inactivity_months",
        "maximum_balance",
    )

    point_type: Name
    is_burnable: bool
    expiry: Annotated[
        Never | After | EndOfMonth | EndOfQuarter | EndOfYear | FixedDate,
        Field(discriminator="kind"),
    ]
    rounding: Rounding = Rounding()


def expiry_of(terms: PointTypeTerms) -> Expiry:
    """How long the type's lots last, as a value."""
    match terms.expiry:
        case Never():
            return Expiry("never")
        case After(kind=kind, n=n):
            return Expiry(kind, n)
        case EndOfMonth(kind=kind, months_after=n):
            return Expiry(kind, n)
        case EndOfQuarter(kind=kind, quarters_after=n):
            return Expiry(kind, n)
        case EndOfYear(kind=kind, years_after=n):
            return Expiry(kind, n)
        case FixedDate(kind=kind, last_day=day, repeats_yearly=is_yearly):
            return Expiry(kind, 0, date.fromisoformat(day), is_yearly)
