"""When accounts have something that ends: a small table, so that no sweep scans members (P11).

Of every account that says when it is due the row is here that says the same: who writes another
instant into an account plans it in that transaction, and the row that an account names is never
done with. Rows of instants that it named before may stand beside it until their time has come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.parts import Part
from chassis.tx import Tx

Key = tuple[str, str]

PLAN_DUE = """
INSERT INTO due (due_at, member_id, point_type)
SELECT * FROM unnest(
    CAST(:due_ats AS timestamptz[]), CAST(:member_ids AS text[]), CAST(:point_types AS text[]))
ON CONFLICT DO NOTHING
"""
DUE_ACCOUNTS = """
SELECT member_id, point_type FROM due WHERE due_at <= :at ORDER BY due_at, member_id, point_type
LIMIT :limit
"""
DONE_DUE = """
DELETE FROM due d
USING unnest(CAST(:member_ids AS text[]), CAST(:point_types AS text[])) AS n (member_id, point_type)
JOIN account a USING (member_id, point_type)
WHERE d.due_at <= :at AND d.member_id = n.member_id AND d.point_type = n.point_type
  AND d.due_at IS DISTINCT FROM a.due_at
"""


def planning(rows: Iterable[tuple[datetime, str, str]]) -> Part:
    """Remembers when these accounts have something to look at."""
    due_ats, member_ids, point_types = zip(*sorted(set(rows)), strict=True)
    return Part(
        PLAN_DUE,
        {
            "due_ats": list(due_ats),
            "member_ids": list(member_ids),
            "point_types": list(point_types),
        },
    )


async def due_accounts(tx: Tx, at: datetime, limit: int) -> list[Key]:
    """Accounts that have something which ended by `at`, the longest due first."""
    rows = await tx.execute("due_accounts", DUE_ACCOUNTS, at=at, limit=limit)
    return sorted({(row.member_id, row.point_type) for row in rows})


async def done_due(tx: Tx, keys: Sequence[Key], at: datetime) -> None:
    """What was due for these accounts by `at` has been done, but for what they say, by now, is due
    next.
    """
    await tx.execute(
        "done_due",
        DONE_DUE,
        member_ids=[member_id for member_id, _ in keys],
        point_types=[point_type for _, point_type in keys],
        at=at,
    )
