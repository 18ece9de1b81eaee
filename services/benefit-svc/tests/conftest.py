"""What the tests of benefit-svc stand on."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from benefit_svc.domain.catalog import Offer
from benefit_svc.domain.programme import BenefitProgramme
from benefit_svc.domain.rewards import Price
from benefit_svc.handlers.publish_benefit import PublishBenefit, publish_benefit
from benefit_svc.handlers.publish_reward import PublishReward, publish_reward
from benefit_svc.main import service as benefit_svc
from benefit_svc.store.programme import programme
from chassis.service import Service
from chassis.testing.stage import Stage
from contracts.events.tiers import TierChanged, TierInterval
from contracts.ids import BenefitId, EventId, MemberId, RewardId

SHANGHAI = ZoneInfo("Asia/Shanghai")

Local = Callable[..., datetime]
Told = Callable[..., TierChanged]


@pytest.fixture(scope="session")
def service() -> Service:
    """The service that the stage is for."""
    return benefit_svc


@pytest.fixture(scope="session")
def local() -> Local:
    """An instant of 2026 in Shanghai, by month, day and hour."""

    def instant(month: int, day: int, hour: int = 0) -> datetime:
        return datetime(2026, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)

    return instant


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(stage: Stage) -> Stage:
    """The stage, with the settings of the classic programme."""
    async with stage.begin() as tx:
        settings = BenefitProgramme(zone="Asia/Shanghai", currency="CNY", minor_units=2)
        await programme.publish(tx, settings)
    return stage


names = itertools.count(1)


@pytest.fixture
def member() -> MemberId:
    """A member nobody has heard of."""
    return MemberId(f"member-{next(names)}")


@pytest.fixture
def told(local: Local) -> Told:
    """A TierChanged: who, which message, and spans of tier, ordinal and days of 2026."""

    def message(member_id: MemberId, seq: int, *spans: tuple[str, int, datetime]) -> TierChanged:
        ends = [*(begin for _, _, begin in spans[1:]), None]
        intervals = tuple(
            TierInterval(
                tier=tier, rank=0, ordinal=ordinal, from_at=begin, to_at=end, reason="test"
            )
            for (tier, ordinal, begin), end in zip(spans, ends, strict=True)
        )
        return TierChanged(
            event_id=EventId(f"{member_id}.{seq}"),
            member_id=member_id,
            occurred_at=intervals[0].from_at,
            recorded_at=intervals[0].from_at,
            version="1",
            ladder="classic",
            seq=seq,
            from_at=intervals[0].from_at,
            intervals=intervals,
        )

    return message


@pytest.fixture
def offer(shop: Stage):
    """Publish a benefit; answers its id."""

    async def publish(cycle: str = "tier_stay", tiers=("gold",), **options) -> BenefitId:
        benefit_id = options.pop("benefit_id", None) or BenefitId(f"benefit-{next(names)}")
        effective_from = options.pop("effective_from", None)
        made = Offer("A benefit", "basic", "service", frozenset(tiers), cycle, **options)
        async with shop.begin() as tx:
            await publish_benefit(tx, PublishBenefit(benefit_id, made, effective_from))
        return benefit_id

    return publish


@pytest.fixture
def reward(shop: Stage):
    """Publish a reward; answers its id."""

    async def publish(points: int = 500, stock: int | None = None, **options) -> RewardId:
        reward_id = RewardId(f"reward-{next(names)}")
        price = Price("A reward", points, stock, **options)
        async with shop.begin() as tx:
            await publish_reward(tx, PublishReward(reward_id, price, None))
        return reward_id

    return publish
