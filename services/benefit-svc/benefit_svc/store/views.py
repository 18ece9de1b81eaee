"""What readers are shown: whole pages in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from benefit_svc.domain.catalog import Benefit, Offer
from benefit_svc.domain.entitlements import Entitlement
from benefit_svc.domain.redemptions import Redemption
from benefit_svc.domain.rewards import Reward
from benefit_svc.domain.vouchers import Voucher
from benefit_svc.store import entitlements, redemptions, rewards, vouchers
from chassis.tx import Tx
from contracts.ids import BenefitId, MemberId, RedemptionId

BENEFITS_PAGE = """
SELECT benefit_id, version, effective_from, offer FROM benefit_version
WHERE (benefit_id, version) > (:benefit_id, :version)
ORDER BY benefit_id, version LIMIT :limit
"""

REWARDS_PAGE = """
SELECT reward_version.*, loaded, remaining
FROM reward_version LEFT JOIN reward_stock USING (reward_id)
WHERE (reward_id, version) > (:reward_id, :version)
ORDER BY reward_id, version LIMIT :limit
"""

MEMBER_KNOWN = "SELECT member_id FROM standing WHERE member_id = :member_id"

ENTITLEMENTS_PAGE = """
SELECT entitlement.*, offer FROM entitlement JOIN benefit_version USING (benefit_id, version)
WHERE member_id = :member_id AND (benefit_id, cycle) > (:benefit_id, :cycle)
ORDER BY benefit_id, cycle LIMIT :limit
"""

REDEMPTION_SEEN = "SELECT * FROM redemption WHERE redemption_id = :redemption_id"


@dataclass(frozen=True)
class RewardSeen:
    """A version of a reward, and the stock that all its versions share."""

    reward: Reward
    loaded: int | None
    remaining: int | None


@dataclass(frozen=True)
class EntitlementSeen:
    """An entitlement, and what it is a right to."""

    entitlement: Entitlement
    offer: Offer


@dataclass(frozen=True)
class RedemptionSeen:
    """A redemption, when it ended, and the voucher it brought."""

    redemption: Redemption
    ended_at: datetime | None
    voucher: Voucher | None


async def benefits_page(tx: Tx, after: list[Any] | None, limit: int) -> list[Benefit]:
    """Versions by benefit and number, behind `after`."""
    benefit_id, version = after or ("", 0)
    rows = await tx.execute(
        "benefits_page", BENEFITS_PAGE, benefit_id=benefit_id, version=version, limit=limit
    )
    return [
        Benefit(
            BenefitId(row.benefit_id),
            row.version,
            row.effective_from,
            msgspec.convert(row.offer, Offer),
        )
        for row in rows
    ]


async def rewards_page(tx: Tx, after: list[Any] | None, limit: int) -> list[RewardSeen]:
    """Versions by reward and number, behind `after`, each with the reward's stock."""
    reward_id, version = after or ("", 0)
    rows = await tx.execute(
        "rewards_page", REWARDS_PAGE, reward_id=reward_id, version=version, limit=limit
    )
    return [RewardSeen(rewards.reward(row), row.loaded, row.remaining) for row in rows]


async def is_member_known(tx: Tx, member_id: MemberId) -> bool:
    """Whether tier-svc has told anything of this member."""
    return bool(await tx.execute("member_known", MEMBER_KNOWN, member_id=member_id))


async def entitlements_page(
    tx: Tx, member_id: MemberId, after: list[Any] | None, limit: int
) -> list[EntitlementSeen]:
    """A member's entitlements by benefit and cycle, behind `after`."""
    benefit_id, cycle = after or ("", "")
    rows = await tx.execute(
        "entitlements_page",
        ENTITLEMENTS_PAGE,
        member_id=member_id,
        benefit_id=benefit_id,
        cycle=cycle,
        limit=limit,
    )
    return [
        EntitlementSeen(entitlements.entitlement(row), msgspec.convert(row.offer, Offer))
        for row in rows
    ]


async def redemption_seen(tx: Tx, redemption_id: RedemptionId) -> RedemptionSeen | None:
    """A redemption with its voucher, if it brought one."""
    rows = await tx.execute("redemption_seen", REDEMPTION_SEEN, redemption_id=redemption_id)
    if not rows:
        return None
    one = redemptions.redemption(rows[0])
    voucher = await vouchers.find_voucher(tx, one.member_id, one.voucher_id)
    return RedemptionSeen(one, rows[0].ended_at, voucher)
