"""Ways up that were given to members, and what ended them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from chassis.tx import Row, Tx
from contracts.ids import FactId, MemberId
from tier_svc.domain.granting import Given
from tier_svc.domain.instants import Span
from tier_svc.domain.measures import Lifetime, Measure, Metric, Only, Visits
from tier_svc.domain.ways import Goal, Way, WayKind

GIVE_WAY = """
INSERT INTO way_up (member_id, way_id, ladder, kind, tier, from_at, to_at, goal, reason, actor,
    recorded_at)
VALUES (:member, :way, :ladder, :kind, :tier, :from_at, :to_at, CAST(:goal AS jsonb), :reason,
    :actor, :now)
"""

END_WAY = """
INSERT INTO way_end (member_id, way_id, ended_at, reason, actor, recorded_at)
VALUES (:member, :way, :ended_at, :reason, :actor, :now)
ON CONFLICT (member_id, way_id) DO NOTHING
"""

WAYS_OF_MEMBERS = """
SELECT w.member_id, w.way_id, w.ladder, w.kind, w.tier, w.from_at, w.to_at, w.goal::text AS goal,
    w.reason, w.actor, w.recorded_at, e.ended_at, e.reason AS end_reason, e.actor AS end_actor
FROM way_up w LEFT JOIN way_end e USING (member_id, way_id)
WHERE w.member_id = ANY (CAST(:members AS text[])) ORDER BY w.from_at, w.way_id
"""


class GoalRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a goal is kept."""

    metric: Metric
    at_least: int
    by: datetime
    lasts_months: int = 0
    lasts_days: int = 0
    visits: Visits | None = None
    point_type: str | None = None
    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


async def give_way(tx: Tx, given: Given) -> None:
    """Keep a way up. It is never edited."""
    way = given.way
    await tx.execute(
        "give_way",
        GIVE_WAY,
        member=given.member_id,
        way=way.way_id,
        ladder=given.ladder,
        kind=str(way.kind),
        tier=way.tier,
        from_at=way.from_at,
        to_at=way.to_at,
        goal=None if way.goal is None else msgspec.json.encode(_goal_row(way.goal)).decode(),
        reason=given.reason,
        actor=given.actor,
        now=given.recorded_at,
    )


async def end_way(
    tx: Tx, member_id: MemberId, way_id: FactId, ended_at: datetime, reason: str
) -> None:
    """Keep that a way up ended early; what ended it first holds."""
    await tx.execute(
        "end_way",
        END_WAY,
        member=member_id,
        way=way_id,
        ended_at=ended_at,
        reason=reason,
        actor=tx.cause.actor,
        now=tx.now,
    )


async def ways_of_members(tx: Tx, members: Sequence[MemberId]) -> dict[MemberId, list[Given]]:
    """Every way up of these members, by the instant it began."""
    rows = await tx.execute("ways_of_members", WAYS_OF_MEMBERS, members=list(members))
    out: dict[MemberId, list[Given]] = {}
    for row in rows:
        out.setdefault(row.member_id, []).append(_given(row))
    return out


def _goal_row(goal: Goal) -> GoalRow:
    measure, only = goal.measure, goal.measure.only
    return GoalRow(
        measure.metric,
        goal.at_least,
        goal.by,
        goal.lasts.months,
        goal.lasts.days,
        measure.visits,
        measure.point_type,
        measure.kinds,
        only.categories,
        only.stores,
        only.channels,
    )


def _goal(row: GoalRow) -> Goal:
    only = Only(row.categories, row.stores, row.channels)
    measure = Measure(row.metric, Lifetime(), row.visits, row.point_type, row.kinds, None, only)
    return Goal(measure, row.at_least, row.by, Span(row.lasts_months, row.lasts_days))


def _given(row: Row) -> Given:
    goal = None if row.goal is None else _goal(msgspec.json.decode(row.goal, type=GoalRow))
    way = Way(row.way_id, WayKind(row.kind), row.tier, row.from_at, row.to_at, goal)
    if row.ended_at is not None:
        ends = [end for end in (row.to_at, row.ended_at) if end is not None]
        way = replace(way, to_at=max(min(ends), row.from_at))
    return Given(
        row.member_id,
        row.ladder,
        way,
        row.reason,
        row.actor,
        row.recorded_at,
        row.ended_at,
        row.end_reason,
        row.end_actor,
    )
