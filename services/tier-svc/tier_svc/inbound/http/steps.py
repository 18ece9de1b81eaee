"""Steps up that are bought with points: a saga that owns its key (T5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import Field

from chassis import failpoints, metrics
from chassis.auth import Caller
from chassis.http import (
    AskedDep,
    BeginDep,
    Body,
    CallerDep,
    CauseDep,
    IdPath,
    PageDep,
    Ref,
    Router,
    TxDep,
    example,
    idempotency,
    located,
    problems,
)
from chassis.http.bodies import REF_PATTERN
from chassis.tx import Begin, Cause, Tx
from contracts.ids import FactId, MemberId
from contracts.quantities import POINTS_MAX
from contracts.refusal import Refusal
from tier_svc.domain.refusals import (
    LadderNotFound,
    LadderUnpublished,
    MemberBanned,
    MemberClosed,
    MemberNotFound,
    TierUnknown,
)
from tier_svc.domain.step_refusals import (
    MemberSuspended,
    PointsInsufficient,
    PointsRefused,
    StepLimitReached,
    StepNotFound,
    StepNotNext,
    StepNotOffered,
    StepPending,
    StepPriceChanged,
    StepReached,
    StepTimedOut,
)
from tier_svc.domain.step_ups import Asked, StepUp, step_id_of
from tier_svc.handlers.decide_step_up import DecideStepUp, decide_step_up
from tier_svc.handlers.look_at_step_ups import look_at_step_ups
from tier_svc.handlers.offer_step import offer_step
from tier_svc.handlers.see_step_up import see_step_up
from tier_svc.inbound.http.step_answers import OfferView, StepsView, StepView, keep_answer
from tier_svc.processes.walk_step_up import Walk, walk_step_up

failpoints.register("step_up.after_decision")

ANSWER_WITHIN_S = 2.0
PENDING = 202
JSON = "application/json"
STANDING = (MemberNotFound, LadderUnpublished, LadderNotFound)

router = Router(tags=["standings"])


class StepBody(Body, json_schema_extra=example(tier="silver", points=100)):
    """One step up to `tier`, on the main ladder unless one is named. Where `points` are said and
    the price is another, nothing is bought.
    """

    tier: Ref
    ladder: Ref | None = None
    points: Annotated[int, Field(ge=1, le=POINTS_MAX)] | None = None


@dataclass(frozen=True)
class Door:
    """With what a saga's request is served."""

    begin: Begin
    cause: Cause
    caller: Caller
    asked: idempotency.Asked


def door_of(begin: BeginDep, cause: CauseDep, caller: CallerDep, asked: AskedDep) -> Door:
    """The request's own."""
    return Door(begin, cause, caller, asked)


DoorDep = Annotated[Door, Depends(door_of)]


@router.post(
    "/standings/{member_id}/steps",
    status_code=201,
    also={PENDING: located("Under way: the recovery goes on with it.")},
    scope="standing:buy",
    response_model=StepView,
    refuses=(
        *STANDING,
        MemberBanned,
        MemberClosed,
        MemberSuspended,
        TierUnknown,
        StepReached,
        StepNotNext,
        StepNotOffered,
        StepPriceChanged,
        StepPending,
        StepLimitReached,
        PointsInsufficient,
        PointsRefused,
        StepTimedOut,
    ),
)
async def buy_step(member_id: IdPath, body: StepBody, door: DoorDep) -> Response:
    """Given (201), refused with a code (409), or pending (202) with a place to ask."""
    asked = Asked(door.caller.source, door.asked.key, door.cause.actor)
    ask = DecideStepUp(
        step_id=step_id_of(asked.source, asked.key),
        member_id=MemberId(member_id),
        ladder=body.ladder,
        tier=body.tier,
        points=body.points,
        asked=asked,
    )
    async with door.begin(door.cause) as tx:
        stored = await idempotency.claim(tx, door.caller, door.asked.key, door.asked.fingerprint)
        decided = await _decided(tx, door, ask) if stored is None else None
    if isinstance(decided, Response):
        return decided
    if decided is not None:
        await failpoints.reach("step_up.after_decision")
        at = decided.decided_at
        walk = Walk(door.begin, door.cause, keep_answer, ANSWER_WITHIN_S, at)
        await walk_step_up(walk, decided)
    return await _stands(door, ask, is_replay=decided is None)


@router.get("/standings/{member_id}/steps", scope="standing:read", refuses=STANDING)
async def list_steps(
    member_id: IdPath,
    tx: TxDep,
    page: PageDep,
    ladder: Annotated[str | None, Query(pattern=REF_PATTERN)] = None,
) -> StepsView:
    """The step that the member could buy now on a ladder, and those bought on any, newest first."""
    offered = await offer_step(tx, MemberId(member_id), ladder)
    before = (datetime.fromisoformat(page.after[0]), page.after[1]) if page.after else None
    found = await look_at_step_ups(tx, MemberId(member_id), before, page.limit + 1)
    items = found[: page.limit]
    last = [items[-1].decided_at.isoformat(), items[-1].step_id] if found[page.limit :] else None
    answer = page.answer([StepView.of(one) for one in items], last)
    return StepsView.model_validate({**answer, "offered": offered and OfferView.of(*offered)})


@router.get(
    "/standings/{member_id}/steps/{step_id}", scope="standing:read", refuses=(StepNotFound,)
)
async def read_step(member_id: IdPath, step_id: IdPath, tx: TxDep) -> StepView:
    """How a step stands."""
    return StepView.of(await see_step_up(tx, MemberId(member_id), FactId(step_id)))


async def _decided(tx: Tx, door: Door, ask: DecideStepUp) -> StepUp | Response:
    """The decision; or the business's no, kept under the key as the answer."""
    try:
        async with tx.savepoint():
            return await decide_step_up(tx, ask)
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        metrics.REFUSALS.labels(door.begin.service, refusal.code).inc()
        answer = problems.answer(refusal, door.cause.request_id)
        await idempotency.answer(
            tx, door.caller.source, door.asked.key, answer.status_code, bytes(answer.body)
        )
        return answer


async def _stands(door: Door, ask: DecideStepUp, is_replay: bool) -> Response:
    """The final answer where there is one; else the present state and where to ask for it (202)."""
    async with door.begin(door.cause) as tx:
        stored = await idempotency.claim(tx, door.caller, door.asked.key, door.asked.fingerprint)
        assert stored is not None
        headers = {"Idempotent-Replayed": "true"} if is_replay else {}
        if stored.status is not None and stored.body is not None:
            kind = problems.MEDIA_TYPE if stored.status >= 400 else JSON
            return Response(stored.body, stored.status, media_type=kind, headers=headers)
        one = await see_step_up(tx, ask.member_id, ask.step_id)
    headers["Location"] = f"/v1/standings/{one.member_id}/steps/{one.step_id}"
    view = StepView.of(one).model_dump_json()
    return Response(view, PENDING, media_type=JSON, headers=headers)
