"""Before the first settings are published nothing is lost and nothing is promised."""

import pytest

from benefit_svc.domain.programme import BenefitProgramme
from benefit_svc.domain.redemptions import Asked, redemption_id_of
from benefit_svc.handlers.decide_redemption import DecideRedemption, decide_redemption
from benefit_svc.store.programme import programme
from chassis.testing.stage import Stage
from chassis.tx import Unpublished
from contracts.ids import RewardId


@pytest.fixture
def shop(stage: Stage) -> Stage:
    """The stage as it is, without settings."""
    return stage


async def test_what_is_told_is_kept_and_settled_once_there_are_settings(
    shop, offer, told, local, member
):
    await offer(tiers=["gold"])
    shop.at(local(3, 10))
    await shop.deliver(told(member, 1, ("gold", 1, local(3, 5))))
    assert await shop.run_job("settle_outdated") == 0
    assert (await shop.counts())["entitlement"] == 0
    async with shop.begin() as tx:
        with pytest.raises(Unpublished):
            ask = DecideRedemption(
                redemption_id_of("till", "a-key-of-8"),
                member,
                RewardId("tote"),
                1,
                Asked("till", "a-key-of-8"),
            )
            await decide_redemption(tx, ask)
        settings = BenefitProgramme(zone="Asia/Shanghai", currency="CNY", minor_units=2)
        await programme.publish(tx, settings)
    assert await shop.run_job("settle_outdated") == 1
    assert (await shop.counts())["entitlement"] == 1
