"""What there is to gather in a pool."""

from dataclasses import dataclass

from chassis.tx import Tx
from points_svc.domain.member_status import ACTIVE
from points_svc.domain.pools import Pool, Sharer
from points_svc.handlers.find_pool import find_pool
from points_svc.handlers.judge_accounts import judge_accounts
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
    known = await statuses.statuses_of(tx, [one.member_id for one in found.sharers])
    standings = []
    for one in found.sharers:
        books = await judge_accounts(tx, one.member_id, tx.now)
        available = books.of(one.member_id, point_type).available
        is_active = known[one.member_id] == ACTIVE
        standings.append(Standing(one, is_active, available if is_active else 0))
    return found, standings
