"""What a programme settles for tier-svc: the zone of its calendar and the money of its spend."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

EXPIRING_DAYS_MAX = 366


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such zone")
    return name


class TierProgramme(BaseModel):
    """The settings that an operator publishes. Thresholds of spend are in minor units.

    `main_ladder` is answered where no ladder is named; without it the one first put in force.
    Members are told `expiring_days` before a tier runs out; without it nobody is.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    zone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    minor_units: Annotated[int, Field(ge=0, le=4)]
    main_ladder: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")] | None = None
    expiring_days: Annotated[int, Field(ge=1, le=EXPIRING_DAYS_MAX)] | None = None
