"""What members did besides buying, as far as lots wait for it or it shows that they are there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.tx import Tx
from contracts.events.purchases import ActivityRecorded
from points_svc.domain.moments import first_id

KEEP_ACTIVITIES = """
INSERT INTO activity (member_id, fact_id, kind, purchase_fact_id, occurred_at, recorded_at)
SELECT n.member_id, n.fact_id, n.kind, n.purchase_fact_id, n.occurred_at, :now
FROM unnest(
    CAST(:member_ids AS text[]), CAST(:fact_ids AS text[]), CAST(:kinds AS text[]),
    CAST(:purchase_fact_ids AS text[]), CAST(:occurred AS timestamptz[])
) AS n (member_id, fact_id, kind, purchase_fact_id, occurred_at)
ON CONFLICT (member_id, fact_id) DO NOTHING
RETURNING fact_id
"""
ACTIVITIES_NAMING = """
SELECT a.member_id, a.purchase_fact_id, a.kind, a.fact_id, a.occurred_at
FROM unnest(CAST(:member_ids AS text[]), CAST(:fact_ids AS text[])) AS n (member_id, fact_id)
JOIN activity a ON a.member_id = n.member_id AND a.purchase_fact_id = n.fact_id
ORDER BY a.occurred_at, a.fact_id
"""
OCCURRED_AT = """
SELECT occurred_at FROM activity WHERE member_id = :member_id AND fact_id = :fact_id
"""
PRESENT_AT = """
SELECT n.member_id, f.occurred_at
FROM unnest(CAST(:member_ids AS text[]), CAST(:first_ids AS text[])) AS n (member_id, first_id)
CROSS JOIN LATERAL (
    SELECT q.occurred_at FROM posting q
    WHERE q.member_id = n.member_id AND q.fact_id >= n.first_id AND q.kind = 'accrual'
    UNION
    SELECT a.occurred_at FROM activity a
    WHERE a.member_id = n.member_id AND a.fact_id >= n.first_id) f
ORDER BY n.member_id, f.occurred_at
"""


class Naming(NamedTuple):
    """An activity that names a purchase."""

    purchase_fact_id: str
    kind: str
    fact_id: str
    occurred_at: datetime


async def keep_activities(tx: Tx, activities: Sequence[ActivityRecorded]) -> set[str]:
    """Keep these activities; answers the fact ids of those that are new."""
    rows = await tx.execute(
        "keep_activities",
        KEEP_ACTIVITIES,
        now=tx.now,
        member_ids=[one.member_id for one in activities],
        fact_ids=[one.fact_id for one in activities],
        kinds=[one.kind for one in activities],
        purchase_fact_ids=[one.purchase_fact_id for one in activities],
        occurred=[one.occurred_at for one in activities],
    )
    return {row.fact_id for row in rows}


async def activities_naming(
    tx: Tx, purchases: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Naming]]:
    """The activities that name these purchases, by (member id, purchase's fact id), in order of
    (occurred_at, fact id).
    """
    keys = sorted(set(purchases))
    rows = await tx.execute(
        "activities_naming",
        ACTIVITIES_NAMING,
        member_ids=[member_id for member_id, _ in keys],
        fact_ids=[fact_id for _, fact_id in keys],
    )
    found: defaultdict[tuple[str, str], list[Naming]] = defaultdict(list)
    for member_id, *naming in map(tuple, rows):
        found[member_id, naming[0]].append(Naming(*naming))
    return found


async def occurred_at(tx: Tx, member_id: str, fact_id: str) -> datetime:
    """When an activity that was kept happened."""
    (row,) = await tx.execute("occurred_at", OCCURRED_AT, member_id=member_id, fact_id=fact_id)
    at: datetime = row.occurred_at
    return at


async def present_at(tx: Tx, since: Sequence[tuple[str, datetime]]) -> dict[str, list[datetime]]:
    """The instants of each member's purchases and activities from an instant on, in order."""
    rows = await tx.execute(
        "present_at",
        PRESENT_AT,
        member_ids=[member_id for member_id, _ in since],
        first_ids=[first_id(at) for _, at in since],
    )
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(row.occurred_at)
    return found
