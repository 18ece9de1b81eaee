"""What is left of budgets."""

from collections.abc import Mapping

from chassis.tx import Tx
from points_svc.domain.campaigns import Purse
from points_svc.store import campaigns


async def show_budgets(tx: Tx, limit: int) -> Mapping[Purse, int]:
    """What is left of the budgets that gave something last, at most `limit` of them: of the highest
    that any version said.
    """
    return await campaigns.left_of_latest(tx, limit)
