"""Campaigns as people write them: rules for a time, with a budget and caps (P5)."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, field_validator, model_validator

from points_svc.domain.conditions_document import optional
from points_svc.domain.document_parts import Name, Part, refused
from points_svc.domain.rule_document import POINTS_MAX, PRIORITY_MAX, AccrualRule
from points_svc.domain.wall_time import day_begins

CAMPAIGNS_MAX = 20
CAMPAIGN_RULES_MAX = 50
MOMENT_MAX = 40
DATE_LENGTH = len("2026-06-01")
UTC_ZONE = ZoneInfo("UTC")

Budget = Annotated[int, Field(ge=1, le=POINTS_MAX)]
Limit = Annotated[int, Field(ge=1, le=POINTS_MAX)]
Moment = Annotated[str, Field(min_length=1, max_length=MOMENT_MAX)]


class Caps(Part):
    """What a campaign gives at most: of one order, and to one member, ever or in one day, week,
    month or year of the programme's zone.
    """

    per_order: Limit | None = optional()
    per_member: Limit | None = optional()
    per_member_day: Limit | None = optional()
    per_member_week: Limit | None = optional()
    per_member_month: Limit | None = optional()
    per_member_year: Limit | None = optional()

    @property
    def said(self) -> dict[str, int]:
        """The caps that there are, by name."""
        return {name: limit for name, limit in self if limit is not None}


def begins_at(text: str, zone: ZoneInfo) -> datetime:
    """The instant of a date, which begins at midnight in the zone, or of an instant; in UTC. Raises
    ValueError.
    """
    if len(text) == DATE_LENGTH:
        return day_begins(date.fromisoformat(text), zone)
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant has an offset")
    return at.astimezone(UTC)


class Campaign(Part):
    """Rules for what occurs in [from, to), two dates or two instants. Together they give `budget`
    points at most, of one point type.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    campaign: Name
    begins: Moment = Field(alias="from")
    ends: Moment = Field(alias="to")
    budget: Budget
    caps: Caps = Field(default=Caps(), exclude_if=lambda caps: not caps.said)
    priority: Annotated[int, Field(ge=-PRIORITY_MAX, le=PRIORITY_MAX)] = Field(
        default=0, exclude_if=lambda priority: priority == 0
    )
    rules: Annotated[list[AccrualRule], Field(min_length=1, max_length=CAMPAIGN_RULES_MAX)]

    @property
    def point_type(self) -> str:
        """What all its rules bring."""
        return self.rules[0].point_type

    @model_validator(mode="before")
    @classmethod
    def _has_a_budget(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("budget") is None:
            raise refused("budget_missing")
        return data

    @field_validator("begins", "ends")
    @classmethod
    def _is_a_moment(cls, text: str) -> str:
        try:
            begins_at(text, UTC_ZONE)
        except (ValueError, OverflowError):
            raise refused("format") from None
        return text

    @model_validator(mode="after")
    def _is_whole(self) -> "Campaign":
        """It lasts, and has one point type. What limits it are its caps, not rules."""
        if (len(self.begins) == DATE_LENGTH) is not (len(self.ends) == DATE_LENGTH):
            raise refused("period_mixed")
        if begins_at(self.ends, UTC_ZONE) <= begins_at(self.begins, UTC_ZONE):
            raise refused("period_empty")
        if len({rule.point_type for rule in self.rules}) > 1:
            raise refused("campaign_of_two_types")
        if any(rule.phase == "cap" for rule in self.rules):
            raise refused("cap_not_of_campaign")
        return self
