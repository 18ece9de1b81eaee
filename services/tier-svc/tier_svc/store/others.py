"""What members do besides buying, and what staff set of them."""

from collections.abc import Sequence

from chassis.tx import Tx
from contracts.events.purchases import ActivityRecorded
from contracts.ids import FactId, MemberId
from tier_svc.domain.facts import NO_POINTS, Done, Fact, Setting

KEEP_ACTIVITIES = """
INSERT INTO activity (member_id, fact_id, occurred_at, kind, channel)
SELECT member_id, fact_id, occurred_at, kind, channel
FROM unnest(CAST(:members AS text[]), CAST(:facts AS text[]), CAST(:occurred AS timestamptz[]),
    CAST(:kinds AS text[]), CAST(:channels AS text[]))
    AS u (member_id, fact_id, occurred_at, kind, channel)
ON CONFLICT (member_id, fact_id) DO NOTHING
RETURNING member_id, fact_id
"""

ACTIVITIES_OF_MEMBERS = """
SELECT member_id, fact_id, occurred_at, kind, channel FROM activity
WHERE member_id = ANY (CAST(:members AS text[]))
"""

SET_ATTRIBUTE = """
INSERT INTO attribute_value
    (member_id, fact_id, occurred_at, attribute, value, evidence, actor, recorded_at)
VALUES (:member, :fact, :occurred, :attribute, :value, :evidence, :actor, :now)
"""

ATTRIBUTES_OF_MEMBERS = """
SELECT member_id, fact_id, occurred_at, attribute, value FROM attribute_value
WHERE member_id = ANY (CAST(:members AS text[]))
"""

Others = dict[MemberId, list[Fact]]


async def keep_activities(
    tx: Tx, activities: Sequence[ActivityRecorded]
) -> dict[MemberId, set[FactId]]:
    """Keep the activities; answers those that nobody had told before."""
    rows = await tx.execute(
        "keep_activities",
        KEEP_ACTIVITIES,
        members=[one.member_id for one in activities],
        facts=[one.fact_id for one in activities],
        occurred=[one.occurred_at for one in activities],
        kinds=[one.kind for one in activities],
        channels=[one.source for one in activities],
    )
    out: dict[MemberId, set[FactId]] = {}
    for row in rows:
        out.setdefault(row.member_id, set()).add(row.fact_id)
    return out


async def activities_of_members(tx: Tx, members: Sequence[MemberId]) -> Others:
    """Every activity of these members."""
    rows = await tx.execute("activities_of_members", ACTIVITIES_OF_MEMBERS, members=list(members))
    out: Others = {}
    for row in rows:
        done = Done(row.kind, row.channel)
        fact = Fact(row.occurred_at, row.fact_id, 0, 0, NO_POINTS, done)
        out.setdefault(row.member_id, []).append(fact)
    return out


async def set_attribute(tx: Tx, member_id: MemberId, fact: Fact, evidence: str) -> None:
    """Keep what an attribute was set to, by whom and on what evidence."""
    assert isinstance(fact.more, Setting)
    await tx.execute(
        "set_attribute",
        SET_ATTRIBUTE,
        member=member_id,
        fact=fact.fact_id,
        occurred=fact.occurred_at,
        attribute=fact.more.attribute,
        value=fact.more.value,
        evidence=evidence,
        actor=tx.cause.actor,
        now=tx.now,
    )


async def attributes_of_members(tx: Tx, members: Sequence[MemberId]) -> Others:
    """Everything that was ever set of these members."""
    rows = await tx.execute("attributes_of_members", ATTRIBUTES_OF_MEMBERS, members=list(members))
    out: Others = {}
    for row in rows:
        setting = Setting(row.attribute, row.value)
        fact = Fact(row.occurred_at, row.fact_id, 0, 0, NO_POINTS, setting)
        out.setdefault(row.member_id, []).append(fact)
    return out
