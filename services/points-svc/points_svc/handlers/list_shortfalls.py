"""What waits to be settled."""

from datetime import UTC, datetime

from chassis.tx import Tx
from points_svc.domain.shortfalls import Shortfall
from points_svc.store import shortfalls

BEGINNING = datetime.min.replace(tzinfo=UTC)
Place = tuple[datetime, str, str, str]
FIRST: Place = (BEGINNING, "", "", "")


async def list_shortfalls(tx: Tx, after: Place | None, limit: int) -> list[Shortfall]:
    """Open shortfalls of all members, the oldest first, behind (recorded_at, member id, fact id,
    part).
    """
    return await shortfalls.open_shortfalls(tx, after or FIRST, limit)
