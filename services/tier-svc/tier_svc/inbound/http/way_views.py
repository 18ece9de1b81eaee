"""How ways up are answered."""

from datetime import datetime

from pydantic import Field

from chassis.http import Instant
from tier_svc.domain.granting import Given
from tier_svc.domain.ways import Goal
from tier_svc.inbound.http.answers import Answer


class GoalView(Answer):
    """What has to be reached by when, and how long the tier then lasts."""

    metric: str
    at_least: int
    by: Instant
    lasts_months: int
    lasts_days: int


class WayView(Answer):
    """A way up to `tier` in [from, to); no `to`: until it is ended."""

    way_id: str
    kind: str
    ladder: str
    tier: str
    from_at: Instant = Field(serialization_alias="from")
    to_at: Instant | None = Field(serialization_alias="to")
    goal: GoalView | None
    reason: str
    given_by: str
    recorded_at: Instant
    is_open: bool
    ended_at: Instant | None
    ended_by: str | None


class WaysView(Answer):
    """Ways up by the instant at which they began."""

    items: list[WayView]


def view(given: Given, now: datetime) -> WayView:
    """A way up as it stands at an instant."""
    way = given.way
    return WayView(
        way_id=way.way_id,
        kind=str(way.kind),
        ladder=given.ladder,
        tier=way.tier,
        from_at=way.from_at,
        to_at=way.to_at,
        goal=None if way.goal is None else _goal(way.goal),
        reason=given.reason,
        given_by=given.actor,
        recorded_at=given.recorded_at,
        is_open=way.to_at is None or now < way.to_at,
        ended_at=given.ended_at,
        ended_by=given.end_actor,
    )


def _goal(goal: Goal) -> GoalView:
    return GoalView(
        metric=goal.measure.name,
        at_least=goal.at_least,
        by=goal.by,
        lasts_months=goal.lasts.months,
        lasts_days=goal.lasts.days,
    )
