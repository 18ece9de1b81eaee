"""Purchases come in: one at a time, or a batch of lines."""

from functools import partial
from typing import Annotated

from fastapi import Response
from pydantic import Field, model_validator

from chassis.http import (
    AmountMinor,
    Body,
    CallerDep,
    Currency,
    LinesDep,
    Quantity,
    Ref,
    RefPath,
    Router,
    Text64,
    TxDep,
    answer_each,
    example,
    flawed,
    read_lines,
)
from contracts.events.purchases import Payment, PurchaseLine
from member_svc.domain import owners, purchases
from member_svc.domain.programme import Terms
from member_svc.domain.purchases import Purchase
from member_svc.domain.refusals import (
    FactConflict,
    FactNotFound,
    MemberNotFound,
    OccurredInFuture,
    ReturnExceedsPurchase,
)
from member_svc.handlers.record_purchases import record_purchases
from member_svc.handlers.void_purchase import void_purchase
from member_svc.inbound.http import intake
from member_svc.inbound.http.fact_views import IntakeView, ReturnView, intake_view, return_view
from member_svc.inbound.http.fields import ATTRIBUTES_MAX, MemberBody, Moment
from member_svc.inbound.programme import TermsDep, VaultDep
from member_svc.store.vault import Vault

LINES_MAX = 500
PAYMENTS_MAX = 20

router = Router(tags=["purchases"])


class LineBody(Body):
    """One line of a basket. `amount_minor` is its total before `discount_minor`."""

    line_id: Ref
    sku: Text64
    category: Text64
    brand: Text64 | None = None
    quantity: Quantity
    amount_minor: AmountMinor
    discount_minor: AmountMinor = 0

    @model_validator(mode="after")
    def discounts_at_most_all(self) -> "LineBody":
        """Nobody is paid for buying."""
        if self.discount_minor > self.amount_minor:
            raise flawed("out_of_range", "discount above amount")
        return self

    @property
    def value(self) -> PurchaseLine:
        """The line with its net amount."""
        return PurchaseLine(
            line_id=self.line_id,
            sku=self.sku,
            category=self.category,
            brand=self.brand,
            quantity=self.quantity,
            amount_minor=self.amount_minor,
            discount_minor=self.discount_minor,
            net_minor=self.amount_minor - self.discount_minor,
        )


class PaymentBody(Body):
    """How a part of it was paid."""

    kind: Ref
    amount_minor: AmountMinor


class PurchaseBody(
    Body,
    json_schema_extra=example(
        source_ref="receipt-20261122-17",
        member={"kind": "card", "value": "880001"},
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
    """A purchase, as a till tells it."""

    source_ref: Ref
    member: MemberBody
    occurred_at: Moment
    store_id: Ref
    currency: Currency
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=LINES_MAX)]
    payments: Annotated[list[PaymentBody], Field(max_length=PAYMENTS_MAX)] = Field(
        default_factory=list
    )
    attributes: Annotated[dict[Ref, Text64], Field(max_length=ATTRIBUTES_MAX)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def names_each_line_once(self) -> "PurchaseBody":
        """A line that is named twice could not be returned."""
        if len({line.line_id for line in self.lines}) < len(self.lines):
            raise flawed("duplicate", "a line named twice")
        return self

    def asks(self, source: str, vault: Vault, terms: Terms) -> Purchase:
        """The purchase of this source. Refusals: Invalid where the identifier cannot be read."""
        member_id, index = self.member.resolved(vault, terms)
        said = purchases.content(
            self.store_id,
            self.currency,
            [line.value for line in self.lines],
            [Payment(kind=one.kind, amount_minor=one.amount_minor) for one in self.payments],
            self.attributes,
        )
        about = owners.whose(member_id, index)
        return Purchase(
            source=source,
            source_ref=self.source_ref,
            member_id=member_id,
            blind_index=index,
            occurred_at=self.occurred_at,
            content=said,
            told=purchases.told(about, self.occurred_at, said),
        )


@router.post(
    "/purchases",
    status_code=201,
    again=200,
    scope="purchase:write",
    refuses=(MemberNotFound, FactConflict, OccurredInFuture),
)
async def tell_purchase(
    body: PurchaseBody, tx: TxDep, vault: VaultDep, terms: TermsDep, caller: CallerDep
) -> IntakeView:
    """Take in a purchase. The same again answers 200, the same body (E1)."""
    asked = body.asks(caller.source, vault, terms)
    (answered,) = await record_purchases(tx, vault, terms, [asked])
    return intake.alone(answered, intake_view)


@router.post("/purchases:batch", scope="purchase:write", lines=True)
async def tell_purchases(
    lines: LinesDep, tx: TxDep, vault: VaultDep, terms: TermsDep, caller: CallerDep
) -> Response:
    """Take in up to 5,000 purchases, one a line; each line is answered as if it had come alone."""
    read = await read_lines(
        lines, PurchaseBody, lambda body: body.asks(caller.source, vault, terms)
    )
    record = partial(record_purchases, tx, vault, terms)
    return await answer_each(read, record, intake.line_of(intake_view), tx.cause.request_id)


@router.post(
    "/purchases/{source_ref}/void",
    status_code=201,
    again=200,
    scope="purchase:write",
    refuses=(FactNotFound, ReturnExceedsPurchase),
)
async def void(source_ref: RefPath, tx: TxDep, terms: TermsDep, caller: CallerDep) -> ReturnView:
    """Undo a mistake at the till: what is left of the caller's own purchase comes back at the
    purchase's own instant. Again answers 200, the same body.
    """
    answered = await void_purchase(tx, terms, (caller.source, source_ref))
    return intake.alone(answered, return_view)
