"""What a programme settles for benefit-svc: the zone of its days and its money."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from benefit_svc.domain.catalog import Benefit


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such zone")
    return name


class BenefitProgramme(BaseModel):
    """The settings that an operator publishes. Calendar periods and a voucher's last day are the
    zone's.

    `ladder` names the ladder whose tiers make eligible; without it the first by name that told
    anything of a member.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    zone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    minor_units: Annotated[int, Field(ge=0, le=4)]
    ladder: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")] | None = Field(
        default=None, exclude_if=lambda ladder: ladder is None
    )


@dataclass(frozen=True)
class Rules:
    """All that a grant depends on besides the timeline. `version` rises whenever any of it
    changes.
    """

    version: int
    zone: ZoneInfo
    catalog: tuple[Benefit, ...]
    ladder: str | None = None
