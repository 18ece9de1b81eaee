"""Rewards: what costs points, its versions and stock."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from benefit_svc.domain.periods import Span, Unit
from benefit_svc.domain.refusals import (
    EffectiveInPast,
    RewardNotFound,
    StockIsLoaded,
    StockUnlimited,
    VersionNotLater,
)
from benefit_svc.domain.rewards import LimitPeriod, MemberLimit, Price
from benefit_svc.handlers.load_stock import Stock, load_stock
from benefit_svc.handlers.publish_reward import PublishReward, publish_reward
from benefit_svc.inbound.http.fields import NotBuilt, Start
from benefit_svc.store import views
from chassis.http import (
    Body,
    Instant,
    PageDep,
    PositiveCount,
    Quantity,
    Ref,
    RefPath,
    Replayed,
    Router,
    Text64,
    TxDep,
    View,
    example,
    flawed,
)
from contracts.ids import RewardId

STOCK_MAX = 10**9
SPAN_MAX = 3_650

router = Router(tags=["rewards"])

SpanCount = Annotated[int, Field(ge=1, le=SPAN_MAX)]
StockCount = Annotated[int, Field(ge=0, le=STOCK_MAX)]


class MemberLimitBody(Body):
    """At most `count` units for one member in one period."""

    count: Quantity
    per: LimitPeriod


class SpanBody(Body):
    """How long a voucher lives: whole days, months or years, one of them."""

    days: SpanCount | None = None
    months: SpanCount | None = None
    years: Annotated[int, Field(ge=1, le=100)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1 or not self.lengths():
            raise flawed("out_of_range", "one of days, months, years")
        return self

    def lengths(self) -> list[Span]:
        """What was named."""
        named: dict[Unit, int | None] = {
            "days": self.days,
            "months": self.months,
            "years": self.years,
        }
        return [Span(unit, count) for unit, count in named.items() if count is not None]


class RewardBody(Body):
    """A version of a reward. Without `stock` it is unlimited; without `voucher_valid` its vouchers
    never expire.
    """

    reward_id: Ref
    name: Text64
    points: PositiveCount
    stock: StockCount | None = None
    member_limit: MemberLimitBody | None = None
    voucher_valid: SpanBody | None = None
    effective_from: Instant | None = None
    eligibility: NotBuilt = None
    budget: NotBuilt = None
    windows: NotBuilt = None

    def asks(self) -> PublishReward:
        """The command."""
        limit, valid = self.member_limit, self.voucher_valid
        price = Price(
            name=self.name,
            points=self.points,
            stock=self.stock,
            member_limit=MemberLimit(limit.count, limit.per) if limit else None,
            voucher_valid=valid.lengths()[0] if valid else None,
        )
        return PublishReward(RewardId(self.reward_id), price, self.effective_from)


class StockBody(Body, json_schema_extra=example(quantity=100)):
    """More units."""

    quantity: Quantity


class MemberLimitView(View):
    """At most `count` units for one member in one period."""

    count: int
    per: LimitPeriod


class RewardView(View):
    """A version of a reward. Its stock is shared by all versions; without one it is unlimited."""

    reward_id: str
    version: int
    effective_from: Start
    name: str
    points: int
    stock_loaded: int | None
    stock_left: int | None
    member_limit: MemberLimitView | None
    voucher_valid: dict[Unit, int] | None

    @classmethod
    def of(cls, seen: views.RewardSeen) -> Self:
        """As it stands."""
        reward = seen.reward
        price = reward.price
        valid = price.voucher_valid
        limit = price.member_limit
        return cls(
            reward_id=reward.reward_id,
            version=reward.version,
            effective_from=reward.effective_from,
            name=price.name,
            points=price.points,
            stock_loaded=seen.loaded,
            stock_left=seen.remaining,
            member_limit=MemberLimitView.model_validate(limit) if limit else None,
            voucher_valid={valid.unit: valid.count} if valid else None,
        )


class LoadedView(View):
    """A reward's stock after it was loaded: units loaded in all, and units left."""

    reward_id: str
    stock_loaded: int
    stock_left: int


@router.post(
    "/rewards",
    status_code=201,
    again=200,
    scope="benefit:write",
    refuses=(EffectiveInPast, VersionNotLater, StockIsLoaded),
)
async def publish(body: RewardBody, tx: TxDep) -> RewardView:
    """Publish a version. What stands already is answered 200 and published once."""
    reward, is_new = await publish_reward(tx, body.asks())
    (seen,) = await views.rewards_page(tx, [reward.reward_id, reward.version - 1], 1)
    view = RewardView.of(seen)
    if not is_new:
        raise Replayed(view)
    return view


@router.get("/rewards", scope="benefit:read")
async def list_rewards(page: PageDep, tx: TxDep) -> dict[str, Any]:
    """Every version of every reward, by id and version."""
    found = await views.rewards_page(tx, page.after, page.wanted)
    return page.show(
        found, RewardView.of, lambda seen: [seen.reward.reward_id, seen.reward.version]
    )


@router.post(
    "/rewards/{reward_id}/stock",
    scope="benefit:write",
    keyed=True,
    refuses=(RewardNotFound, StockUnlimited),
)
async def load(reward_id: RefPath, body: StockBody, tx: TxDep) -> LoadedView:
    """Load more units."""
    stock: Stock = await load_stock(tx, RewardId(reward_id), body.quantity)
    return LoadedView(reward_id=reward_id, stock_loaded=stock.loaded, stock_left=stock.remaining)
