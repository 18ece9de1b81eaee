"""Decide a redemption: take the stock and write down what has to happen now."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from benefit_svc.domain.redemptions import Asked, Redemption
from benefit_svc.domain.refusals import OutOfStock, RewardNotFound
from benefit_svc.domain.rewards import Reward, check_limit, limit_window
from benefit_svc.store import programme, redemptions, rewards
from chassis.tx import Tx
from contracts.ids import MemberId, RedemptionId, RewardId


@dataclass(frozen=True)
class DecideRedemption:
    """Who wants how many of what; the id follows from who asked under which key."""

    redemption_id: RedemptionId
    member_id: MemberId
    reward_id: RewardId
    quantity: int
    asked: Asked


async def decide_redemption(tx: Tx, ask: DecideRedemption) -> Redemption:
    """The decision row, with its stock taken. No point has moved yet.

    Raises Unpublished. Refusals: RewardNotFound, CostOutOfRange, RewardLimitReached, OutOfStock.
    """
    zone = await programme.zone(tx)
    reward = await rewards.reward_in_force(tx, ask.reward_id)
    if reward is None:
        raise RewardNotFound
    points = reward.price.cost(ask.quantity)
    await _keep_limit(tx, ask, reward, zone)
    await _take_stock(tx, ask, reward)
    redemption = Redemption(
        redemption_id=ask.redemption_id,
        member_id=ask.member_id,
        reward_id=ask.reward_id,
        reward_version=reward.version,
        quantity=ask.quantity,
        points=points,
        asked=ask.asked,
        decided_at=tx.now,
    )
    await redemptions.begin_redemption(tx, redemption)
    return redemption


async def _keep_limit(tx: Tx, ask: DecideRedemption, reward: Reward, zone: ZoneInfo) -> None:
    limit = reward.price.member_limit
    if limit is None:
        return
    window = limit_window(limit, tx.now, zone)
    await redemptions.lock_redeemer(tx, ask.member_id)
    taken = await redemptions.units_taken(
        tx, ask.member_id, ask.reward_id, window.from_at, window.to_at
    )
    check_limit(limit, taken, ask.quantity)


async def _take_stock(tx: Tx, ask: DecideRedemption, reward: Reward) -> None:
    is_limited = reward.price.stock is not None
    if is_limited and not await rewards.take_stock(tx, ask.reward_id, ask.quantity):
        raise OutOfStock(asked=ask.quantity)
