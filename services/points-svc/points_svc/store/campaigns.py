"""Budgets of campaigns: one row each, over all versions of the rules; and whom allowances cut."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.tx import Row, Tx
from points_svc.domain.allowances import Cut, CutAt, Take
from points_svc.domain.campaigns import Purse

OPEN_BUDGETS = """
INSERT INTO campaign_budget AS b (campaign, point_type, budget, spent)
SELECT n.campaign, n.point_type, n.budget, 0
FROM unnest(
    CAST(:campaigns AS text[]), CAST(:point_types AS text[]), CAST(:budgets AS bigint[])
) AS n (campaign, point_type, budget)
ORDER BY 1, 2
ON CONFLICT (campaign, point_type) DO UPDATE SET budget = greatest(b.budget, excluded.budget)
"""
SPENT_OF = """
SELECT campaign, point_type, spent, spent_at FROM campaign_budget
WHERE (campaign, point_type) IN (
    SELECT * FROM unnest(CAST(:campaigns AS text[]), CAST(:point_types AS text[])))
ORDER BY campaign, point_type
"""
LOCK_SPENT_OF = f"{SPENT_OF} FOR UPDATE"
TAKE_FROM_BUDGETS = """
WITH asked AS (
    SELECT b.campaign, b.point_type, n.points, n.most
    FROM campaign_budget b
    JOIN unnest(
        CAST(:campaigns AS text[]), CAST(:point_types AS text[]), CAST(:points AS bigint[]),
        CAST(:most AS bigint[])
    ) AS n (campaign, point_type, points, most)
      ON b.campaign = n.campaign AND b.point_type = n.point_type
    ORDER BY b.campaign, b.point_type
    FOR UPDATE OF b)
UPDATE campaign_budget b
SET spent = b.spent + a.points, spent_at = :now
FROM asked a
WHERE b.campaign = a.campaign AND b.point_type = a.point_type AND b.spent <= a.most
RETURNING b.campaign, b.point_type, b.spent
"""
CUTS_OF = """
SELECT recorded_at, member_id, fact_id, given, cut, by FROM allowance_cut
WHERE name = :name AND point_type = :point_type
  AND (recorded_at, member_id, fact_id) > (:after_at, :after_member, :after_fact)
ORDER BY recorded_at, member_id, fact_id LIMIT :limit
"""
CUT_OF = """
SELECT count(*) AS facts, CAST(coalesce(sum(cut), 0) AS bigint) AS points
FROM (SELECT cut FROM allowance_cut WHERE name = :name AND point_type = :point_type
      LIMIT :limit) c
"""
LEFT_OF_LATEST = """
SELECT campaign, point_type, budget - spent AS points FROM campaign_budget
ORDER BY spent_at DESC NULLS LAST, campaign, point_type LIMIT :limit
"""
CUT_COLUMNS = (*Cut._fields, "recorded_at")


class Spent(NamedTuple):
    """What a budget has given, and when it last did."""

    points: int
    at: datetime | None


async def open_budgets(tx: Tx, budgets: Mapping[Purse, int]) -> None:
    """Open the budgets that are new; of those that are known, remember the highest that any version
    said.
    """
    await tx.execute(
        "open_budgets", OPEN_BUDGETS, **_names(budgets), budgets=list(budgets.values())
    )


async def spent_of(tx: Tx, purses: Collection[Purse]) -> dict[Purse, Spent]:
    """What these budgets have given, not locked."""
    return _spent(await tx.execute("spent_of", SPENT_OF, **_names(purses)))


async def lock_spent_of(tx: Tx, purses: Collection[Purse]) -> dict[Purse, Spent]:
    """What these budgets have given, locked in the order of their names until the transaction
    ends.
    """
    return _spent(await tx.execute("lock_spent_of", LOCK_SPENT_OF, **_names(purses)))


async def left_of_latest(tx: Tx, limit: int) -> dict[Purse, int]:
    """What is left of the highest budget that any version said, of those that gave something
    last.
    """
    rows = await tx.execute("left_of_latest", LEFT_OF_LATEST, limit=limit)
    return {Purse(row.campaign, row.point_type): int(row.points) for row in rows}


async def take_from_budgets(tx: Tx, takes: Mapping[Purse, Take]) -> dict[Purse, int]:
    """Take points from budgets of which no more was spent meanwhile than each take bears, in the
    order of their names; answers what they have then given. One that is missing was not touched.
    """
    rows = await tx.execute(
        "take_from_budgets",
        TAKE_FROM_BUDGETS,
        **_names(takes),
        points=[take.points for take in takes.values()],
        most=[take.most for take in takes.values()],
        now=tx.now,
    )
    return {Purse(row.campaign, row.point_type): int(row.spent) for row in rows}


async def append_cuts(tx: Tx, cuts: Sequence[Cut]) -> None:
    """Keep whom campaigns and caps cut."""
    await tx.copy("append_cuts", "allowance_cut", CUT_COLUMNS, [(*cut, tx.now) for cut in cuts])


async def cuts_of(
    tx: Tx, name: str, point_type: str, after: tuple[datetime, str, str], limit: int
) -> list[CutAt]:
    """The facts that a campaign (or `cap.<rule>`) cut, in the order in which they were recorded."""
    after_at, after_member, after_fact = after
    rows = await tx.execute(
        "cuts_of",
        CUTS_OF,
        name=name,
        point_type=point_type,
        after_at=after_at,
        after_member=after_member,
        after_fact=after_fact,
        limit=limit,
    )
    return [CutAt._make(row) for row in rows]


async def cut_of(tx: Tx, purse: Purse, limit: int) -> tuple[int, int]:
    """How many facts a campaign cut, at most `limit` of them, and how many points of those."""
    (row,) = await tx.execute(
        "cut_of", CUT_OF, name=purse.campaign, point_type=purse.point_type, limit=limit
    )
    return int(row.facts), int(row.points)


def _names(purses: Collection[Purse]) -> dict[str, list[str]]:
    return {
        "campaigns": [purse.campaign for purse in purses],
        "point_types": [purse.point_type for purse in purses],
    }


def _spent(rows: Sequence[Row]) -> dict[Purse, Spent]:
    return {Purse(row.campaign, row.point_type): Spent(row.spent, row.spent_at) for row in rows}
