"""Steps up that are bought with points: a saga that owns its key (T5)."""

from functools import partial
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from chassis.http import (
    Body,
    Command,
    DoorDep,
    IdPath,
    PageDep,
    Ref,
    Router,
    Stands,
    TxDep,
    carry_out,
    example,
    located,
)
from chassis.http.bodies import REF_PATTERN
from chassis.http.under_way import PENDING
from chassis.tx import Tx
from contracts.ids import FactId, MemberId
from contracts.quantities import POINTS_MAX
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
from tier_svc.domain.step_ups import Asked, step_id_of
from tier_svc.handlers.decide_step_up import DecideStepUp, decide_step_up
from tier_svc.handlers.look_at_step_ups import look_at_step_ups
from tier_svc.handlers.offer_step import offer_step
from tier_svc.handlers.see_step_up import see_step_up
from tier_svc.inbound.http.step_answers import OfferView, StepsView, StepView, keep_answer
from tier_svc.processes.walk_step_up import STEP_UP

STANDING = (MemberNotFound, LadderUnpublished, LadderNotFound)

router = Router(tags=["standings"])


class StepBody(Body, json_schema_extra=example(tier="silver", points=100)):
    """One step up to `tier`, on the main ladder unless one is named. Where `points` are said and
    the price is another, nothing is bought.
    """

    tier: Ref
    ladder: Ref | None = None
    points: Annotated[int, Field(ge=1, le=POINTS_MAX)] | None = None


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

    async def stands(tx: Tx) -> Stands:
        one = await see_step_up(tx, ask.member_id, ask.step_id)
        return Stands(f"/v1/standings/{one.member_id}/steps/{one.step_id}", StepView.of(one))

    decide = partial(decide_step_up, ask=ask)
    return await carry_out(door, Command(STEP_UP, decide, keep_answer, stands))


@router.get("/standings/{member_id}/steps", scope="standing:read", refuses=STANDING)
async def list_steps(
    member_id: IdPath,
    tx: TxDep,
    page: PageDep,
    ladder: Annotated[str | None, Query(pattern=REF_PATTERN)] = None,
) -> StepsView:
    """The step that the member could buy now on a ladder, and those bought on any, newest first."""
    offered = await offer_step(tx, MemberId(member_id), ladder)
    found = await look_at_step_ups(tx, MemberId(member_id), page.before, page.wanted)
    bought = page.show(found, StepView.of, lambda one: [one.decided_at, one.step_id])
    return StepsView.model_validate({**bought, "offered": offered and OfferView.of(*offered)})


@router.get(
    "/standings/{member_id}/steps/{step_id}", scope="standing:read", refuses=(StepNotFound,)
)
async def read_step(member_id: IdPath, step_id: IdPath, tx: TxDep) -> StepView:
    """How a step stands."""
    return StepView.of(await see_step_up(tx, MemberId(member_id), FactId(step_id)))
