"""How far each published version has been brought to what older versions had rated before (E4)."""

from datetime import datetime
from typing import NamedTuple

from chassis.tx import Tx

BEGIN_CATCH_UP = "INSERT INTO catch_up (version) VALUES (:version)"
NEXT_CATCH_UP = """
SELECT c.version, v.effective_from, c.after_member
FROM catch_up c JOIN rule_version v USING (version)
WHERE c.done_at IS NULL
ORDER BY c.version LIMIT 1
FOR UPDATE OF c SKIP LOCKED
"""
GO_ON_AFTER = "UPDATE catch_up SET after_member = :member_id WHERE version = :version"
END_CATCH_UP = "UPDATE catch_up SET done_at = :now WHERE version = :version"


class CatchUp(NamedTuple):
    """A published version whose catch-up has not ended: members up to `after_member` are done."""

    version: int
    effective_from: datetime
    after_member: str


async def begin_catch_up(tx: Tx, version: int) -> None:
    """Leave a catch-up for a version."""
    await tx.execute("begin_catch_up", BEGIN_CATCH_UP, version=version)


async def next_catch_up(tx: Tx) -> CatchUp | None:
    """The first that has not ended and that nobody else has in hand, locked."""
    rows = await tx.execute("next_catch_up", NEXT_CATCH_UP)
    return CatchUp._make(rows[0]) if rows else None


async def go_on_after(tx: Tx, version: int, member_id: str) -> None:
    """Everybody up to this member is done."""
    await tx.execute("go_on_after", GO_ON_AFTER, version=version, member_id=member_id)


async def end_catch_up(tx: Tx, version: int) -> None:
    """Everybody is done."""
    await tx.execute("end_catch_up", END_CATCH_UP, version=version, now=tx.now)
