"""End a redemption whose hold was captured: issue its voucher."""

from benefit_svc.domain import telling
from benefit_svc.domain.redemptions import Redemption
from benefit_svc.domain.rewards import Reward
from benefit_svc.domain.vouchers import Voucher, VoucherKey, code_hash, code_of
from benefit_svc.store import programme, redemptions, rewards, vouchers
from chassis.tx import Tx


async def fulfil_redemption(tx: Tx, redemption: Redemption) -> Redemption | None:
    """Fulfilled, with its one voucher; None where somebody was faster."""
    ended = await redemptions.end_redemption(tx, redemption, None)
    if ended is None:
        return None
    versions = await rewards.versions_of_reward(tx, ended.reward_id)
    (reward,) = [reward for reward in versions if reward.version == ended.reward_version]
    voucher = await _issue(tx, ended, reward)
    tx.emit(telling.of_issue(voucher), telling.of_fulfilment(ended, tx.now))
    return ended


async def _issue(tx: Tx, ended: Redemption, reward: Reward) -> Voucher:
    voucher = Voucher(
        voucher_id=ended.voucher_id,
        member_id=ended.member_id,
        reward_id=ended.reward_id,
        reward_version=ended.reward_version,
        redemption_id=ended.redemption_id,
        quantity=ended.quantity,
        issued_at=tx.now,
        expires_at=reward.price.voucher_expires_at(tx.now, await programme.zone(tx)),
    )
    key = VoucherKey(tx.secrets.key("voucher"))
    await vouchers.issue_voucher(tx, voucher)
    await vouchers.register_code(tx, voucher, code_hash(key, code_of(key, voucher.voucher_id)))
    return voucher
