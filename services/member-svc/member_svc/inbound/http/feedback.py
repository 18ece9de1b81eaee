"""Feedback comes in: one at a time, or a batch of lines; and what became of a complaint."""

from functools import partial
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field, model_validator

from chassis.auth import Caller
from chassis.http import (
    Body,
    CallerDep,
    LinesDep,
    Ref,
    RefPath,
    Router,
    TxDep,
    answer_each,
    example,
    flawed,
    read_lines,
)
from chassis.http.bodies import REF_PATTERN
from chassis.http.problems import Forbidden
from member_svc.domain.activities import KIND_PATTERN, Activity
from member_svc.domain.feedback import SCORES, FeedbackContent, FeedbackKind, Severity, State
from member_svc.domain.programme import Terms
from member_svc.domain.refusals import FactConflict, FactNotFound, MemberNotFound, OccurredInFuture
from member_svc.handlers.look_at_feedback import look_at_feedback
from member_svc.handlers.record_activities import record_activities
from member_svc.inbound.http import intake
from member_svc.inbound.http.fact_views import FeedbackView, IntakeView, intake_view
from member_svc.inbound.http.facts import visible_source
from member_svc.inbound.http.fields import MemberBody, Moment, told_by
from member_svc.inbound.programme import TermsDep, VaultDep
from member_svc.store.vault import Vault

OTHERS = "feedback:any"
NEEDED = {
    "csat": {"score"},
    "nps": {"score"},
    "complaint": {"category", "severity"},
    "outcome": {"complaint_ref", "state"},
}
ALSO = {"csat": {"category"}, "nps": {"category"}, "outcome": {"complaint_source"}}
DETAILS = ("score", "category", "severity", "complaint_source", "complaint_ref", "state")

router = Router(tags=["feedback"])


class FeedbackBody(
    Body,
    json_schema_extra=example(
        source_ref="case-20261125-4",
        member={"kind": "card", "value": "880001"},
        kind="complaint",
        occurred_at="2026-11-25T16:00:00+08:00",
        category="delivery",
        severity="medium",
    ),
):
    """Feedback, as a channel tells it: of a member, or about a purchase and so its member's.

    `csat` and `nps` say a `score`; a `complaint` says its `category` and `severity`; an `outcome`
    says the `state` of the complaint that `complaint_ref` names.
    """

    source_ref: Ref
    member: MemberBody | None = None
    kind: FeedbackKind
    occurred_at: Moment
    score: Annotated[int, Field(ge=0, le=10)] | None = None
    category: Annotated[str, Field(pattern=KIND_PATTERN)] | None = None
    severity: Severity | None = None
    complaint_ref: Ref | None = None
    complaint_source: Ref | None = None
    state: State | None = None
    purchase_ref: Ref | None = None
    purchase_source: Ref | None = None

    @model_validator(mode="after")
    def is_somebodys(self) -> "FeedbackBody":
        """Refuses feedback of nobody, and a purchase's source without the purchase."""
        if self.member is None and self.purchase_ref is None:
            raise flawed("required", "of nobody")
        if self.purchase_ref is None and self.purchase_source is not None:
            raise flawed("required", "of no purchase")
        return self

    @model_validator(mode="after")
    def says_what_its_kind_says(self) -> "FeedbackBody":
        """Each kind says what it needs and nothing that is another's."""
        said = {detail for detail in DETAILS if getattr(self, detail) is not None}
        if NEEDED[self.kind] - said:
            raise flawed("required", "says too little")
        if said - NEEDED[self.kind] - ALSO.get(self.kind, set()):
            raise flawed("unexpected", "says too much")
        if self.score is not None and self.score not in SCORES[self.kind]:
            raise flawed("out_of_range", "no such score")
        return self

    def asks(self, caller: Caller, vault: Vault, terms: Terms) -> Activity:
        """The feedback of this caller.

        Refusals: Invalid where the identifier cannot be read; Forbidden for another channel's
        purchase or complaint without `feedback:any`.
        """
        member_id, index = self.member.resolved(vault, terms) if self.member else (None, None)
        about = complaint_source = None
        if self.purchase_ref is not None:
            about = (told_by(self.purchase_source, caller, OTHERS), self.purchase_ref)
        if self.complaint_ref is not None:
            complaint_source = told_by(self.complaint_source, caller, OTHERS)
        return Activity(
            kind="feedback",
            source=caller.source,
            source_ref=self.source_ref,
            member_id=member_id,
            blind_index=index,
            purchase_name=about,
            occurred_at=self.occurred_at,
            content=FeedbackContent(
                kind=self.kind,
                score=self.score,
                category=self.category,
                severity=self.severity,
                complaint_source=complaint_source,
                complaint_ref=self.complaint_ref,
                state=self.state,
            ),
        )


@router.post(
    "/feedback",
    status_code=201,
    again=200,
    scope="feedback:write",
    refuses=(MemberNotFound, FactConflict, OccurredInFuture, Forbidden),
)
async def tell_feedback(
    body: FeedbackBody, tx: TxDep, vault: VaultDep, terms: TermsDep, caller: CallerDep
) -> IntakeView:
    """Take in feedback. The same again answers 200, the same body (E1)."""
    asked = body.asks(caller, vault, terms)
    (answered,) = await record_activities(tx, vault, terms, [asked])
    return intake.alone(answered, intake_view)


@router.post("/feedback:batch", scope="feedback:write", lines=True)
async def tell_much_feedback(
    lines: LinesDep, tx: TxDep, vault: VaultDep, terms: TermsDep, caller: CallerDep
) -> Response:
    """Take in up to 5,000 of them, one a line; each line is answered as if it had come alone."""
    read = await read_lines(lines, FeedbackBody, lambda body: body.asks(caller, vault, terms))
    record = partial(record_activities, tx, vault, terms)
    return await answer_each(read, record, intake.line_of(intake_view), tx.cause.request_id)


@router.get("/feedback/{source_ref}", scope="fact:read", refuses=(FactNotFound,))
async def find_feedback(
    source_ref: RefPath,
    tx: TxDep,
    caller: CallerDep,
    source: Annotated[str | None, Query(pattern=REF_PATTERN)] = None,
) -> FeedbackView:
    """What the caller's own feedback said, and the state of a complaint now. Who works off the
    queues sees that of any `source`.
    """
    asked = visible_source(source, caller)
    if asked is None:
        raise FactNotFound
    return FeedbackView.of(*await look_at_feedback(tx, asked, source_ref))
