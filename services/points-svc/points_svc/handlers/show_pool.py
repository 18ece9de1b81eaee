"""What there is to gather in a pool."""

from dataclasses import dataclass

from chassis.tx import Tx
from points_svc.domain.member_status import ACTIVE
from points_svc.domain.pools import Pool, Sharer
from points_svc.handlers.find_pool import find_pool
from points_svc.handlers.judge_members import judge_members
from points_svc.store import statuses


@dataclass(frozen=True)
class Standing:
    """One who shares a pool, and what of their points can be gathered: nothing while they may not
    burn (`is_active`).
    """

    sharer: Sharer
    is_active: bool
    available: int


async def show_pool(tx: Tx, pool_id: str, point_type: str) -> tuple[Pool, list[Standing]]:
    """A pool and its members, judged now. Refusals: PoolNotFound."""
    found = await find_pool(tx, pool_id)
    ids = [one.member_id for one in found.sharers]
    known = await statuses.statuses_of(tx, ids)
    books = await judge_members(tx, ids, tx.now)
    standings = []
    for one in found.sharers:
        is_active = known[one.member_id] == ACTIVE
        available = books.of(one.member_id, point_type).available if is_active else 0
        standings.append(Standing(one, is_active, available))
    return found, standings
