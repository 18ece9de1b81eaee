"""Publish a version of a reward."""

from dataclasses import dataclass
from datetime import datetime

from benefit_svc.domain.rewards import Price, Reward, next_version
from benefit_svc.store import rewards
from chassis.tx import Tx
from contracts.ids import RewardId


@dataclass(frozen=True)
class PublishReward:
    """What a reward costs and is, and from when."""

    reward_id: RewardId
    price: Price
    effective_from: datetime | None


async def publish_reward(tx: Tx, ask: PublishReward) -> tuple[Reward, bool]:
    """The version, and whether it is a new one. The first version loads the stock that it states.

    Refusals: EffectiveInPast, VersionNotLater, StockIsLoaded.
    """
    await rewards.lock_reward(tx, ask.reward_id)
    versions = await rewards.versions_of_reward(tx, ask.reward_id)
    last = versions[-1] if versions else None
    reward = next_version(ask.reward_id, last, ask.price, ask.effective_from, tx.now)
    is_new = reward != last
    if is_new:
        await rewards.add_version(tx, reward)
    if last is None and reward.price.stock is not None:
        await rewards.open_stock(tx, reward.reward_id, reward.price.stock)
    return reward, is_new
