"""What an account's statement is made of, in the order in which it was recorded."""

from collections.abc import Sequence
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.past import Moved
from points_svc.domain.statement import Movement

RECORDED_BEFORE = """
SELECT point_type, kind, debit, credit, count(*) AS postings, CAST(sum(points) AS bigint) AS points
FROM posting
WHERE member_id = :member_id AND point_type = :point_type AND recorded_at < :before
GROUP BY point_type, kind, debit, credit
"""
RECORDED_BETWEEN = """
SELECT fact_id, part, kind, debit, credit, points, occurred_at, recorded_at, seq
FROM posting
WHERE member_id = :member_id AND point_type = :point_type
  AND recorded_at >= :begins_at AND recorded_at < :ends_at AND seq > :after_seq
ORDER BY seq LIMIT :limit
"""


async def recorded_before(
    tx: Tx, member_id: str, point_type: str, before: datetime
) -> Sequence[Moved]:
    """What an account's postings recorded before an instant moved."""
    rows = await tx.execute(
        "recorded_before",
        RECORDED_BEFORE,
        member_id=member_id,
        point_type=point_type,
        before=before,
    )
    return [Moved._make(row) for row in rows]


async def recorded_between(
    tx: Tx,
    account: tuple[str, str],
    period: tuple[datetime, datetime],
    after_seq: int,
    limit: int,
) -> Sequence[Movement]:
    """An account's postings recorded in a period, behind a seq, in the order of the ledger."""
    member_id, point_type = account
    begins_at, ends_at = period
    rows = await tx.execute(
        "recorded_between",
        RECORDED_BETWEEN,
        member_id=member_id,
        point_type=point_type,
        begins_at=begins_at,
        ends_at=ends_at,
        after_seq=after_seq,
        limit=limit,
    )
    return [Movement._make(row) for row in rows]
