"""Load more of a reward."""

from dataclasses import dataclass

from benefit_svc.domain.refusals import RewardNotFound, StockUnlimited
from benefit_svc.store import rewards
from chassis.tx import Tx
from contracts.ids import RewardId


@dataclass(frozen=True)
class Stock:
    """Units loaded in all, and units that remain."""

    loaded: int
    remaining: int


async def load_stock(tx: Tx, reward_id: RewardId, quantity: int) -> Stock:
    """What stands after `quantity` more units. Refusals: RewardNotFound, StockUnlimited."""
    loaded = await rewards.load_stock(tx, reward_id, quantity)
    if loaded is not None:
        return Stock(*loaded)
    if await rewards.versions_of_reward(tx, reward_id):
        raise StockUnlimited
    raise RewardNotFound
