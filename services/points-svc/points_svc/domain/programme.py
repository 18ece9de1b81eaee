"""What a programme settles for points-svc."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from contracts.quantities import POINTS_MAX

NAME = r"^[a-z][a-z0-9_]{0,31}$"
STORES_MAX = 10_000
DAILY_TRANSFERS_MAX = 1_000
WAITING_DAYS_MAX = 365
POOL_MEMBERS_MAX = 20


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise PydanticCustomError("value_error", "no such zone", {"code": "not_allowed"})
    return name


class Store(BaseModel):
    """A store whose clocks are not the programme's."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    zone: Annotated[str, AfterValidator(_zone)]


StoreId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class Settings(BaseModel):
    """What rules are read by. A version of the rules keeps these as they stood at its
    publication.

    `ladder` names the ladder whose tiers rate; without it the first by name that told anything.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    zone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    minor_units: Annotated[int, Field(ge=0, le=4)]
    base_tier: Annotated[str, Field(pattern=NAME)]
    stores: Annotated[dict[StoreId, Store], Field(max_length=STORES_MAX)] = Field(
        default_factory=dict, exclude_if=lambda stores: not stores
    )
    ladder: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")] | None = Field(
        default=None, exclude_if=lambda ladder: ladder is None
    )


Amount = Annotated[int, Field(ge=0, le=POINTS_MAX)]


class TransferTerms(BaseModel):
    """What a member may send in a day of the programme's zone, of each point type; more points than
    `step_up_above` at once go only after a stronger check (P10).
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    daily_points: Amount
    daily_count: Annotated[int, Field(ge=0, le=DAILY_TRANSFERS_MAX)]
    step_up_above: Amount


class PoolTerms(TransferTerms):
    """At most so many members share a pool; of what others bear a member gathers in a day no more
    than these points and so often, and more than `step_up_above` at once only after a stronger
    check (P10).
    """

    members_max: Annotated[int, Field(ge=2, le=POOL_MEMBERS_MAX)]


class AdjustmentTerms(BaseModel):
    """Adjustments by more than `second_person_above` points, either way, wait for a second person,
    and lapse after so many days.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    second_person_above: Amount
    lapse_after_days: Annotated[int, Field(ge=1, le=WAITING_DAYS_MAX)] = 14


class PointsProgramme(Settings):
    """The settings that an operator publishes.

    `base_tier` rates whoever nothing was told of. `shortfall` is what becomes of points that a
    return or re-rating cannot take back: a deficit, they are forgiven, or stand for review (P7).
    Without `transfers` no points change hands, without `pools` nobody shares them; without
    `adjustments` none waits for a second person.
    """

    shortfall: Literal["deficit", "forgive", "review"] = "deficit"
    transfers: TransferTerms | None = Field(default=None, exclude_if=lambda terms: terms is None)
    pools: PoolTerms | None = Field(default=None, exclude_if=lambda terms: terms is None)
    adjustments: AdjustmentTerms | None = Field(
        default=None, exclude_if=lambda terms: terms is None
    )
