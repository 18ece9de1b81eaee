"""Fields that several doors of this service share."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from chassis.http import Instant, flawed

YEAR_MIN, YEAR_MAX = 1900, 2999
"""Between these, month arithmetic never leaves the calendar."""


def _near(at: datetime) -> datetime:
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        raise flawed("out_of_range", "too far away")
    return at


Near = Annotated[Instant, AfterValidator(_near)]
