"""What a purchase would change, before anybody pays (T6)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field, model_validator

from chassis.http import (
    AmountMinor,
    Body,
    CallerDep,
    Currency,
    IdPath,
    Instant,
    Quantity,
    Ref,
    Router,
    Text64,
    TxDep,
    example,
    flawed,
)
from chassis.http.bodies import REF_PATTERN
from contracts.ids import MemberId
from contracts.quantities import POINTS_MAX
from tier_svc.domain.facts import Line, goods
from tier_svc.domain.refusals import LadderNotFound, LadderUnpublished, MemberNotFound
from tier_svc.domain.standing import StandingNow
from tier_svc.domain.supposing import Supposed
from tier_svc.handlers.suppose_purchase import suppose_purchase
from tier_svc.inbound.http.answers import Answer, NeedView
from tier_svc.inbound.http.fields import Near

router = Router(tags=["standings"])
REFUSES = (MemberNotFound, LadderUnpublished, LadderNotFound)
LINES_MAX = 500
VISITS_MAX = 100
POINT_TYPES_MAX = 32
IGNORED_MAX = 32
Ignored = Annotated[dict[str, Any], Field(max_length=IGNORED_MAX)]


class SupposedLine(Body):
    """A line as a till tells it. `amount_minor` is its total before `discount_minor`."""

    line_id: Ref
    sku: Text64 | None = None
    category: Text64 | None = None
    brand: Text64 | None = None
    quantity: Quantity
    amount_minor: AmountMinor
    discount_minor: AmountMinor = 0

    @model_validator(mode="after")
    def discounts_at_most_all(self) -> "SupposedLine":
        """Nobody is paid for buying."""
        if self.discount_minor > self.amount_minor:
            raise flawed("out_of_range", "discount above amount")
        return self


class SupposedBody(
    Body,
    json_schema_extra=example(
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
    """A purchase as a till would tell it (its `lines`), or bare figures: `spend_minor`, `visits`.
    `points` by type are what it would accrue, as `points:preview` answers; without them, none.

    Without `occurred_at` it happens now. Bare figures are of no store and category. What a ladder
    does not look at (`source_ref`, `member`, `payments`, `attributes`) is taken and left alone.
    """

    occurred_at: Near | None = None
    lines: Annotated[list[SupposedLine], Field(min_length=1, max_length=LINES_MAX)] | None = None
    store_id: Ref | None = None
    currency: Currency | None = None
    spend_minor: AmountMinor | None = None
    visits: Annotated[int, Field(ge=0, le=VISITS_MAX)] | None = None
    points: Annotated[
        dict[Ref, Annotated[int, Field(ge=0, le=POINTS_MAX)]], Field(max_length=POINT_TYPES_MAX)
    ] = Field(default_factory=dict)
    source_ref: Ref | None = None
    member: Ignored | None = None
    payments: Annotated[list[Ignored], Field(max_length=IGNORED_MAX)] | None = None
    attributes: Ignored | None = None

    @model_validator(mode="after")
    def is_lines_or_figures(self) -> "SupposedBody":
        """One of both."""
        if self.lines is not None and (self.spend_minor, self.visits) != (None, None):
            raise flawed("not_allowed", "lines and figures")
        return self

    def supposed(self, source: str, now: datetime) -> Supposed:
        """What would happen, in this channel."""
        at = self.occurred_at or now
        if self.lines is None:
            figures = goods(None, source, ())
            return Supposed(at, self.spend_minor or 0, self.visits or 0, self.points, figures)
        lines = [
            Line(one.line_id, one.quantity, one.amount_minor - one.discount_minor, one.category)
            for one in self.lines
        ]
        spend = sum(line.net_minor for line in lines)
        return Supposed(at, spend, 1, self.points, goods(self.store_id, source, lines))


class SeenView(Answer):
    """A standing at the instant."""

    tier: str
    since: Instant
    until: Instant | None
    next: NeedView | None
    keep: NeedView | None
    version: int


class ChangeView(Answer):
    """The standing `as_of` the instant without and with what is supposed. `differs_from`: from when
    on the member's timeline would read differently; empty: it would not.
    """

    member_id: str
    ladder: str
    as_of: Instant
    before: SeenView
    after: SeenView
    differs_from: Instant | None


@router.post("/standings/{member_id}/preview", scope="standing:read", refuses=REFUSES)
async def post_preview(
    member_id: IdPath,
    body: SupposedBody,
    tx: TxDep,
    caller: CallerDep,
    ladder: Annotated[str | None, Query(pattern=REF_PATTERN)] = None,
) -> ChangeView:
    """What a purchase would change for the member. Nothing is written, nobody is told."""
    supposed = body.supposed(caller.source, tx.now)
    change = await suppose_purchase(tx, MemberId(member_id), ladder, supposed)
    return ChangeView(
        member_id=member_id,
        ladder=change.ladder,
        as_of=change.as_of,
        before=_seen(change.before),
        after=_seen(change.after),
        differs_from=change.differs_from,
    )


def _seen(standing: StandingNow) -> SeenView:
    return SeenView.model_validate(standing)
