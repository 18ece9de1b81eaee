"""What a version says of a point type, as people write it: whether it can be burned, how long its
points last, how fractions become points.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from points_svc.domain.document_parts import Name, Part
from points_svc.domain.rules import Expiry


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

    to_come: ClassVar[tuple[str, ...]] = (
        "availability",
        "courtesy_days",
        "inactivity_months",
        "maximum_balance",
    )

    point_type: Name
    is_burnable: bool
    expiry: Annotated[Never | After | EndOfYear, Field(discriminator="kind")]
    rounding: Rounding = Rounding()


def expiry_of(terms: PointTypeTerms) -> Expiry:
    """How long the type's lots last, as a value."""
    if isinstance(terms.expiry, Never):
        return Expiry("never")
    if isinstance(terms.expiry, EndOfYear):
        return Expiry("end_of_year", terms.expiry.years_after)
    return Expiry(terms.expiry.kind, terms.expiry.n)
