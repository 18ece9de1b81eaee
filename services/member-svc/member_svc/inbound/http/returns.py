"""Returns come in: one at a time, or a batch of lines."""

from functools import partial
from typing import Annotated

from fastapi import Response
from pydantic import Field, model_validator

from chassis.auth import Caller
from chassis.http import (
    Body,
    CallerDep,
    LinesDep,
    Quantity,
    Ref,
    Router,
    TxDep,
    answer_each,
    example,
    flawed,
    read_lines,
)
from chassis.http.problems import Forbidden
from contracts.events.purchases import ReturnedLine
from contracts.quantities import AMOUNT_MINOR_MAX
from member_svc.domain import returns
from member_svc.domain.refusals import (
    FactConflict,
    OccurredInFuture,
    ReturnExceedsPurchase,
    TooManyReturns,
)
from member_svc.domain.returns import Return
from member_svc.handlers.record_returns import record_returns
from member_svc.inbound.http import intake
from member_svc.inbound.http.fact_views import ReturnView, return_view
from member_svc.inbound.http.fields import Moment, told_by
from member_svc.inbound.programme import TermsDep

LINES_MAX = 500

RefundMinor = Annotated[int, Field(ge=1, le=AMOUNT_MINOR_MAX)]

router = Router(tags=["returns"])


class ReturnedLineBody(Body):
    """What comes back of one line: `quantity` units, or money alone (`refund_minor`) for units that
    are kept, as for a price match; exactly one of them.
    """

    line_id: Ref
    quantity: Quantity | None = None
    refund_minor: RefundMinor | None = None

    @model_validator(mode="after")
    def says_one(self) -> "ReturnedLineBody":
        """Refuses both and neither."""
        if (self.quantity is None) == (self.refund_minor is None):
            raise flawed("format", "units or money")
        return self

    @property
    def value(self) -> ReturnedLine:
        """The line as it is decided on."""
        return ReturnedLine(
            line_id=self.line_id,
            quantity=self.quantity or 0,
            refund_minor=self.refund_minor or 0,
        )


class ReturnBody(
    Body,
    json_schema_extra=example(
        source_ref="return-20261124-3",
        purchase_ref="receipt-20261122-17",
        occurred_at="2026-11-24T11:00:00+08:00",
        lines=[{"line_id": "1", "quantity": 1}],
    ),
):
    """A return, as a till tells it. Without `lines`: all that is left when it is decided."""

    source_ref: Ref
    purchase_ref: Ref
    purchase_source: Ref | None = None
    occurred_at: Moment
    lines: Annotated[list[ReturnedLineBody], Field(min_length=1, max_length=LINES_MAX)] | None = (
        None
    )

    @model_validator(mode="after")
    def names_each_line_once(self) -> "ReturnBody":
        """What comes back of one line is said once."""
        if self.lines and len({line.line_id for line in self.lines}) < len(self.lines):
            raise flawed("duplicate", "a line named twice")
        return self

    def asks(self, caller: Caller) -> Return:
        """The return of this caller.

        Refusals: Forbidden for another channel's purchase without `return:any`.
        """
        name = (told_by(self.purchase_source, caller), self.purchase_ref)
        lines = None if self.lines is None else tuple(line.value for line in self.lines)
        return Return(
            source=caller.source,
            source_ref=self.source_ref,
            purchase_source=name[0],
            purchase_ref=self.purchase_ref,
            occurred_at=self.occurred_at,
            lines=lines,
            told=returns.told(name, self.occurred_at, lines),
        )


@router.post(
    "/returns",
    status_code=201,
    again=200,
    scope="purchase:write",
    refuses=(ReturnExceedsPurchase, TooManyReturns, FactConflict, OccurredInFuture, Forbidden),
)
async def tell_return(
    body: ReturnBody, tx: TxDep, terms: TermsDep, caller: CallerDep
) -> ReturnView:
    """Take in a return. The same again answers 200, the same body (E1)."""
    (answered,) = await record_returns(tx, terms, [body.asks(caller)])
    return intake.alone(answered, return_view)


@router.post("/returns:batch", scope="purchase:write", lines=True)
async def tell_returns(lines: LinesDep, tx: TxDep, terms: TermsDep, caller: CallerDep) -> Response:
    """Take in up to 5,000 returns, one a line; each line is answered as if it had come alone."""
    read = await read_lines(lines, ReturnBody, lambda body: body.asks(caller))
    record = partial(record_returns, tx, terms)
    return await answer_each(read, record, intake.line_of(return_view), tx.cause.request_id)
