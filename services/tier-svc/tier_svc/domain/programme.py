"""What a programme settles for tier-svc: the zone of its calendar, the money of its spend, and the
steps that it sells for points.
"""

from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, model_validator

from contracts.quantities import POINTS_MAX
from tier_svc.domain.draft import LengthWritten, Name, Written
from tier_svc.domain.instants import Span

EXPIRING_DAYS_MAX = 366
STEPS_MAX = 64
TIMES_MAX = 1_000


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such zone")
    return name


def _one_length(lasts: LengthWritten) -> LengthWritten:
    if (lasts.months is None) == (lasts.days is None):
        raise ValueError("months or days")
    return lasts


class StepLimit(Written):
    """A member buys the step at most so many times in a calendar period."""

    times: Annotated[int, Field(ge=1, le=TIMES_MAX)]
    calendar: Literal["month", "quarter", "year"]


class StepOffer(Written):
    """One step up, to `tier` of the main ladder unless one is named: what it costs, how long it
    lifts, and how often it is sold to one member.
    """

    tier: Name
    ladder: Name | None = None
    points: Annotated[int, Field(ge=1, le=POINTS_MAX)]
    point_type: Name = "points"
    lasts: Annotated[LengthWritten, AfterValidator(_one_length)]
    limit: StepLimit | None = None

    @property
    def span(self) -> Span:
        """How long it lifts."""
        return Span(months=self.lasts.months or 0, days=self.lasts.days or 0)


class TierProgramme(Written):
    """The settings that an operator publishes. Thresholds of spend are in minor units.

    `main_ladder` is answered where no ladder is named; without it the one first put in force.
    Members are told `expiring_days` before a tier runs out; without it nobody is. `steps` can be
    bought with points.
    """

    zone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    minor_units: Annotated[int, Field(ge=0, le=4)]
    main_ladder: Name | None = None
    expiring_days: Annotated[int, Field(ge=1, le=EXPIRING_DAYS_MAX)] | None = None
    steps: Annotated[list[StepOffer], Field(default_factory=list, max_length=STEPS_MAX)]

    @model_validator(mode="after")
    def _sells_each_once(self) -> Self:
        """While no ladder is named as the main one, any may be it: an offer that names none is then
        another one of each ladder's.
        """
        places = [(offer.ladder or self.main_ladder, offer.tier) for offer in self.steps]
        unnamed = {tier for ladder, tier in places if ladder is None}
        named = {tier for ladder, tier in places if ladder is not None}
        if len(set(places)) < len(places) or unnamed & named:
            raise ValueError("a tier is offered twice")
        return self
