"""What the programme owes its members."""

from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.journal import NO_LOT
from points_svc.domain.liability import Liability, liability
from points_svc.store import reports


async def show_liability(tx: Tx, known_at: datetime | None) -> list[Liability]:
    """By point type and the month in which the lots end, as it was recorded by `known_at` (None:
    until now).
    """
    return liability(await reports.moved_by_month(tx, known_at), NO_LOT)
