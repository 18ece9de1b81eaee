"""Adjustments that wait, or waited, for a second person."""

from collections.abc import Sequence
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.second_person import WaitingAdjustment

COLUMNS = ", ".join(WaitingAdjustment.__dataclass_fields__)
VALUES = ", ".join(f":{name}" for name in WaitingAdjustment.__dataclass_fields__)
KEEP_WAITING = f"INSERT INTO waiting_adjustment ({COLUMNS}) VALUES ({VALUES})"
FIND_WAITING = f"""
SELECT {COLUMNS} FROM waiting_adjustment
WHERE member_id = :member_id AND adjustment_id = :adjustment_id
"""
LOCK_WAITING = f"{FIND_WAITING} FOR UPDATE"
DECIDE_WAITING = """
UPDATE waiting_adjustment
SET state = :state, decided_by = :decided_by, decided_at = :decided_at, posting_id = :posting_id
WHERE member_id = :member_id AND adjustment_id = :adjustment_id AND state = 'waiting'
"""
WAITING_AFTER = f"""
SELECT {COLUMNS} FROM waiting_adjustment
WHERE state = 'waiting' AND lapses_at > :at
  AND (asked_at, member_id, adjustment_id) > (:asked_at, :member_id, :adjustment_id)
ORDER BY asked_at, member_id, adjustment_id LIMIT :limit
"""

Key = tuple[datetime, str, str]


async def keep_waiting(tx: Tx, one: WaitingAdjustment) -> None:
    """Keep what waits from now on."""
    await tx.execute("keep_waiting", KEEP_WAITING, **vars(one))


async def find_waiting(tx: Tx, member_id: str, adjustment_id: str) -> WaitingAdjustment | None:
    """An adjustment that ever waited."""
    rows = await tx.execute(
        "find_waiting", FIND_WAITING, member_id=member_id, adjustment_id=adjustment_id
    )
    return WaitingAdjustment(**rows[0]._asdict()) if rows else None


async def lock_waiting(tx: Tx, member_id: str, adjustment_id: str) -> WaitingAdjustment | None:
    """As `find_waiting`, for this transaction alone."""
    rows = await tx.execute(
        "lock_waiting", LOCK_WAITING, member_id=member_id, adjustment_id=adjustment_id
    )
    return WaitingAdjustment(**rows[0]._asdict()) if rows else None


async def decide_waiting(tx: Tx, one: WaitingAdjustment) -> None:
    """Write how a second person decided; it is final."""
    await tx.execute(
        "decide_waiting",
        DECIDE_WAITING,
        member_id=one.member_id,
        adjustment_id=one.adjustment_id,
        state=one.state,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        posting_id=one.posting_id,
    )


async def waiting_after(
    tx: Tx, at: datetime, after: Key, limit: int
) -> Sequence[WaitingAdjustment]:
    """What still waits at `at`, oldest first, behind (asked at, member id, adjustment id)."""
    asked_at, member_id, adjustment_id = after
    rows = await tx.execute(
        "waiting_after",
        WAITING_AFTER,
        at=at,
        asked_at=asked_at,
        member_id=member_id,
        adjustment_id=adjustment_id,
        limit=limit,
    )
    return [WaitingAdjustment(**row._asdict()) for row in rows]
