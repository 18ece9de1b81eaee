"""What a version says of a point type, as people write it: whether it can be burned, how long its
points last, how fractions become points.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.quantities import POINTS_MAX
from points_svc.domain.conditions_document import Day
from points_svc.domain.document_parts import Name, Part
from points_svc.domain.expiry import Expiry
from points_svc.domain.point_terms import AT_ONCE, Availability, PointTerms

DEADLINE_DAYS_MAX = 400


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


class AtOnce(Part):
    """Points can be burned from their purchase on."""

    kind: Literal["at_once"]


class AfterDays(Part):
    """Points can be burned `n` days after their purchase, at the same wall time: when nothing can
    be returned any more.
    """

    kind: Literal["after_days"]
    n: Annotated[int, Field(ge=1, le=DEADLINE_DAYS_MAX)]


class OnActivity(Part):
    """Points can be burned as soon as an activity of this kind names their purchase. Days after
    the purchase, at the deadline, they become available without it, or are forfeit.
    """

    kind: Literal["on_activity"]
    activity: Name
    deadline_days: Annotated[int, Field(ge=1, le=DEADLINE_DAYS_MAX)]
    default: Literal["available", "forfeit"]


class PointTypeTerms(Part):
    """What holds for all points of a type."""

    to_come: ClassVar[tuple[str, ...]] = ()

    point_type: Name
    is_burnable: bool
    expiry: Annotated[
        Never | After | EndOfMonth | EndOfQuarter | EndOfYear | FixedDate,
        Field(discriminator="kind"),
    ]
    rounding: Rounding = Rounding()
    availability: Annotated[AtOnce | AfterDays | OnActivity, Field(discriminator="kind")] = AtOnce(
        kind="at_once"
    )
    courtesy_days: Annotated[int, Field(ge=0, le=366)] = 0
    inactivity_months: Annotated[int, Field(ge=1, le=120)] | None = None
    maximum_balance: Annotated[int, Field(ge=1, le=POINTS_MAX)] | None = None


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


def terms_of(terms: PointTypeTerms) -> PointTerms:
    """What else holds for the type's lots, as a value."""
    return PointTerms(
        _availability(terms),
        terms.courtesy_days,
        terms.inactivity_months,
        terms.maximum_balance,
    )


def _availability(terms: PointTypeTerms) -> Availability:
    match terms.availability:
        case AtOnce():
            return AT_ONCE
        case AfterDays(n=days):
            return Availability(days)
        case OnActivity(activity=activity, deadline_days=days, default=otherwise):
            return Availability(days, activity, otherwise)
