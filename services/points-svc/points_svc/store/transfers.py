"""Transfers by the names that their callers chose; a name is its channel's own (I19)."""

from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.transfers import SentToday, Transfer

COLUMNS = ", ".join(Transfer.__dataclass_fields__)
VALUES = ", ".join(f":{name}" for name in Transfer.__dataclass_fields__)
FIND_TRANSFER = f"""
SELECT {COLUMNS} FROM transfer
WHERE member_id = :member_id AND transfer_id = :transfer_id AND source = :source
"""
FIRST_TRANSFER = f"""
SELECT {COLUMNS} FROM transfer
WHERE member_id = :member_id AND transfer_id = :transfer_id
ORDER BY transferred_at, source LIMIT 1
"""
SENT_SINCE = """
SELECT count(*) AS transfers, CAST(coalesce(sum(points), 0) AS bigint) AS points FROM transfer
WHERE member_id = :member_id AND point_type = :point_type AND transferred_at >= :since
"""
KEEP_TRANSFER = f"""
INSERT INTO transfer ({COLUMNS}) VALUES ({VALUES})
ON CONFLICT (member_id, transfer_id, source) DO NOTHING
RETURNING transfer_id
"""


async def find_transfer(tx: Tx, member_id: str, transfer_id: str, source: str) -> Transfer | None:
    """A channel's transfer by the member who gave."""
    rows = await tx.execute(
        "find_transfer", FIND_TRANSFER, member_id=member_id, transfer_id=transfer_id, source=source
    )
    return Transfer(**rows[0]._asdict()) if rows else None


async def first_transfer(tx: Tx, member_id: str, transfer_id: str) -> Transfer | None:
    """The transfer of that name that was made first, of whatever channel."""
    rows = await tx.execute(
        "first_transfer", FIRST_TRANSFER, member_id=member_id, transfer_id=transfer_id
    )
    return Transfer(**rows[0]._asdict()) if rows else None


async def sent_since(tx: Tx, member_id: str, point_type: str, since: datetime) -> SentToday:
    """What a member has sent of a point type since an instant, through any channel."""
    (row,) = await tx.execute(
        "sent_since", SENT_SINCE, member_id=member_id, point_type=point_type, since=since
    )
    return SentToday(row.transfers, row.points)


async def keep_transfer(tx: Tx, transfer: Transfer) -> bool:
    """Keep a new transfer; False where its name was taken meanwhile."""
    return bool(await tx.execute("keep_transfer", KEEP_TRANSFER, **vars(transfer)))
