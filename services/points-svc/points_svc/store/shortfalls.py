"""Shortfalls of returns that stand until staff settle them (P7)."""

from collections.abc import Sequence
from datetime import datetime

from chassis.tx import Row, Tx
from points_svc.domain.books import Book
from points_svc.domain.shortfalls import Shortfall

COLUMNS = """
member_id, fact_id, part, point_type, points, occurred_at, recorded_at, state, settled_at,
settled_by, reason
"""
OPENED = (
    "member_id",
    "fact_id",
    "part",
    "point_type",
    "points",
    "occurred_at",
    "recorded_at",
    "state",
)
OPEN_SHORTFALLS = f"""
SELECT {COLUMNS} FROM shortfall
WHERE state = 'open' AND (recorded_at, member_id, fact_id, part) > (
    CAST(:recorded_at AS timestamptz), :member_id, :fact_id, :part)
ORDER BY recorded_at, member_id, fact_id, part LIMIT :limit
"""
LOCK_SHORTFALL = f"""
SELECT {COLUMNS} FROM shortfall
WHERE member_id = :member_id AND fact_id = :fact_id AND part = :part FOR UPDATE
"""
SETTLE_SHORTFALL = """
UPDATE shortfall SET state = :state, settled_at = :now, settled_by = :actor, reason = :reason
WHERE member_id = :member_id AND fact_id = :fact_id AND part = :part AND state = 'open'
"""


async def append_shortfalls(tx: Tx, books: Sequence[Book]) -> None:
    """Open a review for each shortfall that was posted for one."""
    rows = [
        (p.member_id, p.fact_id, p.part, p.point_type, p.points, p.occurred_at, p.recorded_at)
        for book in books
        for p in book.postings
        if p.kind == "review"
    ]
    if rows:
        opened = [(*row, "open") for row in rows]
        await tx.copy("append_shortfalls", "shortfall", OPENED, opened)


async def open_shortfalls(
    tx: Tx, after: tuple[datetime, str, str, str], limit: int
) -> list[Shortfall]:
    """Those that wait, the oldest first, behind (recorded_at, member id, fact id, part)."""
    recorded_at, member_id, fact_id, part = after
    rows = await tx.execute(
        "open_shortfalls",
        OPEN_SHORTFALLS,
        recorded_at=recorded_at,
        member_id=member_id,
        fact_id=fact_id,
        part=part,
        limit=limit,
    )
    return [_shortfall(row) for row in rows]


async def lock_shortfall(tx: Tx, member_id: str, fact_id: str, part: str) -> Shortfall | None:
    """One of a member, locked until the transaction ends."""
    rows = await tx.execute(
        "lock_shortfall", LOCK_SHORTFALL, member_id=member_id, fact_id=fact_id, part=part
    )
    return _shortfall(rows[0]) if rows else None


async def settle_shortfall(tx: Tx, settled: Shortfall) -> None:
    """Write what became of one."""
    await tx.execute(
        "settle_shortfall",
        SETTLE_SHORTFALL,
        state=settled.state,
        now=tx.now,
        actor=settled.settled_by,
        reason=settled.reason,
        member_id=settled.member_id,
        fact_id=settled.fact_id,
        part=settled.part,
    )


def _shortfall(row: Row) -> Shortfall:
    return Shortfall(**row._asdict())
