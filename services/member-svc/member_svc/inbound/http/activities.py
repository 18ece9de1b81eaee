"""Activities come in: one at a time, or a batch of lines."""

from functools import partial
from typing import Annotated

from fastapi import Response
from pydantic import Field, model_validator

from chassis.auth import Caller
from chassis.http import (
    Body,
    CallerDep,
    LinesDep,
    Ref,
    Router,
    Text64,
    TxDep,
    answer_each,
    example,
    flawed,
    read_lines,
)
from chassis.http.problems import Forbidden
from member_svc.domain.activities import KIND_PATTERN, Activity, ActivityContent
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import FactConflict, MemberNotFound, OccurredInFuture
from member_svc.handlers.record_activities import record_activities
from member_svc.inbound.http import intake
from member_svc.inbound.http.fact_views import IntakeView, intake_view
from member_svc.inbound.http.fields import ATTRIBUTES_MAX, MemberBody, Moment, told_by
from member_svc.inbound.programme import TermsDep, VaultDep
from member_svc.store.vault import Vault

router = Router(tags=["activities"])


class ActivityBody(
    Body,
    json_schema_extra=example(
        source_ref="delivery-20261125-9",
        kind="delivered",
        occurred_at="2026-11-25T09:00:00+08:00",
        purchase_ref="receipt-20261122-17",
    ),
):
    """An activity, as a channel tells it: of a member, or about a purchase and so its member's."""

    source_ref: Ref
    member: MemberBody | None = None
    kind: Annotated[str, Field(pattern=KIND_PATTERN)]
    occurred_at: Moment
    attributes: Annotated[dict[Ref, Text64], Field(max_length=ATTRIBUTES_MAX)] = Field(
        default_factory=dict
    )
    purchase_ref: Ref | None = None
    purchase_source: Ref | None = None

    @model_validator(mode="after")
    def is_somebodys(self) -> "ActivityBody":
        """Refuses an activity of nobody, and a purchase's source without the purchase."""
        if self.member is None and self.purchase_ref is None:
            raise flawed("required", "of nobody")
        if self.purchase_ref is None and self.purchase_source is not None:
            raise flawed("required", "of no purchase")
        return self

    def asks(self, caller: Caller, vault: Vault, terms: Terms) -> Activity:
        """The activity of this caller.

        Refusals: Invalid where the identifier cannot be read; Forbidden for another channel's
        purchase without `return:any`.
        """
        member_id, index = self.member.resolved(vault, terms) if self.member else (None, None)
        about = None
        if self.purchase_ref is not None:
            about = (told_by(self.purchase_source, caller), self.purchase_ref)
        return Activity(
            source=caller.source,
            source_ref=self.source_ref,
            member_id=member_id,
            blind_index=index,
            purchase_name=about,
            occurred_at=self.occurred_at,
            content=ActivityContent(kind=self.kind, attributes=self.attributes),
        )


@router.post(
    "/activities",
    status_code=201,
    again=200,
    scope="activity:write",
    refuses=(MemberNotFound, FactConflict, OccurredInFuture, Forbidden),
)
async def tell_activity(
    body: ActivityBody, tx: TxDep, vault: VaultDep, terms: TermsDep, caller: CallerDep
) -> IntakeView:
    """Take in an activity. The same again answers 200, the same body (E1)."""
    asked = body.asks(caller, vault, terms)
    (answered,) = await record_activities(tx, vault, terms, [asked])
    return intake.alone(answered, intake_view)


@router.post("/activities:batch", scope="activity:write", lines=True)
async def tell_activities(
    lines: LinesDep, tx: TxDep, vault: VaultDep, terms: TermsDep, caller: CallerDep
) -> Response:
    """Take in up to 5,000 activities, one a line; each line is answered as if it had come alone."""
    read = await read_lines(lines, ActivityBody, lambda body: body.asks(caller, vault, terms))
    record = partial(record_activities, tx, vault, terms)
    return await answer_each(read, record, intake.line_of(intake_view), tx.cause.request_id)
