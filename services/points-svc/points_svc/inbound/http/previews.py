"""What a basket would bring, before anybody pays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from chassis.http import (
    AmountMinor,
    Body,
    CallerDep,
    Currency,
    Instant,
    Quantity,
    Ref,
    Router,
    Text64,
    TxDep,
    View,
    example,
    flawed,
)
from contracts.events.purchases import Payment, PurchaseLine, PurchaseRecorded
from contracts.ids import EventId, FactId, MemberId
from points_svc.domain.refusals import MemberNotFound
from points_svc.handlers.preview_purchase import Preview, preview_purchase
from points_svc.inbound.http.ledger_views import (
    AllowanceView,
    LineView,
    RuleConsidered,
    StepView,
    TierView,
)

LINES_MAX = 500
PAYMENTS_MAX = 20
ATTRIBUTES_MAX = 32
OCCASIONS_MAX = 8
AFTER_ALL = "~"
"""As a fact id: after every other of its instant."""

router = Router(tags=["points"])


class BasketLine(Body):
    """One line. `amount_minor` is its total before `discount_minor`."""

    line_id: Ref
    sku: Text64
    category: Text64
    brand: Text64 | None = None
    quantity: Quantity
    amount_minor: AmountMinor
    discount_minor: AmountMinor = 0

    @model_validator(mode="after")
    def discounts_at_most_all(self) -> "BasketLine":
        """Nobody is paid for buying."""
        if self.discount_minor > self.amount_minor:
            raise flawed("out_of_range", "discount above amount")
        return self


class BasketPayment(Body):
    """How a part of it would be paid."""

    kind: Ref
    amount_minor: AmountMinor


class BasketMember(Body):
    """Who would buy."""

    member_id: Ref


class BasketBody(
    Body,
    json_schema_extra=example(
        member={"member_id": "01a204ce-9105-74f6-9402-7b40fd9df85a"},
        occurred_at="2026-11-22T18:30:00+08:00",
        store_id="s-01",
        currency="CNY",
        lines=[
            {
                "line_id": "1",
                "sku": "tea",
                "category": "grocery",
                "quantity": 2,
                "amount_minor": 60000,
            }
        ],
    ),
):
    """A purchase as a till would tell it. Without `member` it is rated in the base tier, without
    `occurred_at` now. `occasions` are what member-svc would say of the day.
    """

    source_ref: Ref | None = None
    member: BasketMember | None = None
    occurred_at: Instant | None = None
    store_id: Ref
    currency: Currency
    lines: Annotated[list[BasketLine], Field(min_length=1, max_length=LINES_MAX)]
    payments: Annotated[list[BasketPayment], Field(max_length=PAYMENTS_MAX)] = Field(
        default_factory=list
    )
    attributes: Annotated[dict[Ref, Text64], Field(max_length=ATTRIBUTES_MAX)] = Field(
        default_factory=dict
    )
    occasions: Annotated[list[Ref], Field(max_length=OCCASIONS_MAX)] = Field(default_factory=list)

    @model_validator(mode="after")
    def names_each_line_once(self) -> "BasketBody":
        """As in a purchase."""
        if len({line.line_id for line in self.lines}) < len(self.lines):
            raise flawed("duplicate", "a line named twice")
        return self

    def asks(self, source: str, now: datetime) -> PurchaseRecorded:
        """The purchase, as it would be heard from this source."""
        at = self.occurred_at or now
        return PurchaseRecorded(
            event_id=EventId("preview"),
            member_id=MemberId(self.member.member_id if self.member else ""),
            occurred_at=at,
            recorded_at=now,
            version="1",
            fact_id=FactId(AFTER_ALL),
            source=source,
            source_ref=self.source_ref or "preview",
            enrolled_at=at,
            store_id=self.store_id,
            currency=self.currency,
            lines=tuple(
                PurchaseLine(**line.model_dump(), net_minor=line.amount_minor - line.discount_minor)
                for line in self.lines
            ),
            payments=tuple(Payment(**payment.model_dump()) for payment in self.payments),
            attributes=self.attributes,
            occasions=tuple(self.occasions),
        )


class BudgetLeftView(View):
    """What the basket would leave of a campaign's budget."""

    campaign: str
    left: int


class PointsPreview(View):
    """What the basket would bring of one point type, and every rule that was considered; what
    campaigns and caps would allow, and what it would leave of their budgets.
    """

    point_type: str
    points: int
    rule_version: str
    expires_at: Instant | None
    tier: TierView
    rules: list[RuleConsidered]
    steps: list[StepView]
    lines: list[LineView]
    allowances: list[AllowanceView]
    budgets: list[BudgetLeftView]

    @classmethod
    def of(cls, preview: Preview) -> "PointsPreview":
        """One point type."""
        why = preview.explanation
        return cls(
            point_type=preview.point_type,
            points=preview.points,
            rule_version=str(preview.rule_version),
            expires_at=preview.expires_at,
            tier=TierView.model_validate(why.tier),
            rules=[RuleConsidered.model_validate(rule) for rule in why.rules],
            steps=[StepView.model_validate(step) for step in why.steps],
            lines=[LineView.model_validate(line) for line in why.lines],
            allowances=[AllowanceView.model_validate(one) for one in why.allowances],
            budgets=[
                BudgetLeftView(campaign=name, left=left) for name, left in preview.budgets.items()
            ],
        )


class BasketView(View):
    """Every point type of the version in force then."""

    occurred_at: Instant
    points: list[PointsPreview]

    @classmethod
    def of(cls, at: datetime, previews: Sequence[Preview]) -> "BasketView":
        """The whole basket."""
        return cls(occurred_at=at, points=[PointsPreview.of(preview) for preview in previews])


@router.post("/points:preview", scope="points:preview", refuses=(MemberNotFound,))
async def preview(body: BasketBody, tx: TxDep, caller: CallerDep) -> BasketView:
    """What a purchase would accrue per point type, line and rule, and why not more. Changes
    nothing, and promises nothing: the purchase is rated when it is heard.
    """
    asked = body.asks(caller.source, tx.now)
    return BasketView.of(asked.occurred_at, await preview_purchase(tx, asked))
