"""What a programme settles for member-svc: place, money, windows and what may be told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

DAYS_MAX = 3_650
ATTRIBUTES_MAX = 100


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such zone")
    return name


def _region(name: str) -> str:
    if name not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("no such region")
    return name


Days = Annotated[int, Field(ge=0, le=DAYS_MAX)]


class MemberProgramme(BaseModel):
    """The settings that an operator publishes.

    `purchase_attributes` and `activity_attributes` are what may leave the service with a fact.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    zone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    minor_units: Annotated[int, Field(ge=0, le=4)]
    default_region: Annotated[str, AfterValidator(_region)]
    claim_window_days: Days = 90
    lateness_days: Days = 400
    leap_birthday: Literal["02-28", "03-01"] = "02-28"
    purchase_attributes: Annotated[list[str], Field(max_length=ATTRIBUTES_MAX)] = []
    activity_attributes: Annotated[list[str], Field(max_length=ATTRIBUTES_MAX)] = []


@dataclass(frozen=True, slots=True)
class Terms:
    """The programme in force and the version that every event of its facts names."""

    version: str
    programme: MemberProgramme

    @property
    def zone(self) -> ZoneInfo:
        """Where the programme's days begin."""
        return ZoneInfo(self.programme.zone)

    @property
    def claim_window(self) -> timedelta:
        """How long after it occurred an unclaimed purchase can still be claimed."""
        return timedelta(days=self.programme.claim_window_days)

    @property
    def lateness(self) -> timedelta:
        """How late a fact may be told before somebody has to look at it."""
        return timedelta(days=self.programme.lateness_days)


def allowed(attributes: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Those of the attributes that the programme names (E8)."""
    return {name: value for name, value in attributes.items() if name in names}
