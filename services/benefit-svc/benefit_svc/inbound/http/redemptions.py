"""Redemptions: points for a reward, and back. Each is a saga that owns its key (B4)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response
from pydantic import Field

from benefit_svc.domain.redemptions import Asked, Redemption, redemption_id_of
from benefit_svc.domain.refusals import (
    CostOutOfRange,
    HoldNotOpen,
    OutOfStock,
    PointsInsufficient,
    PointsRefused,
    RedemptionNotCancellable,
    RedemptionNotFound,
    RedemptionTimedOut,
    RewardLimitReached,
    RewardNotFound,
)
from benefit_svc.handlers.begin_cancel import BeginCancel, begin_cancel
from benefit_svc.handlers.decide_redemption import DecideRedemption, decide_redemption
from benefit_svc.inbound.http.redemption_answers import RedemptionView, keep_answer
from benefit_svc.processes.walk_redemption import Walk, walk_redemption
from benefit_svc.store import views
from chassis import failpoints, metrics
from chassis.auth import Caller
from chassis.http import (
    AskedDep,
    BeginDep,
    Body,
    CallerDep,
    CauseDep,
    IdPath,
    Note200,
    Ref,
    Router,
    TxDep,
    example,
    idempotency,
    located,
    problems,
)
from chassis.tx import Begin, Cause, Tx
from contracts.ids import MemberId, RedemptionId, RewardId
from contracts.refusal import Refusal

failpoints.register("saga.after_decision")

ANSWER_WITHIN_S = 2.0
QUANTITY_MAX = 1_000
SEES_ALL = "voucher:void"
PENDING = 202
JSON = "application/json"

router = Router(tags=["redemptions"])


class RedeemBody(
    Body,
    json_schema_extra=example(member_id="01a204ce-9105-74f6-9402-7b40fd9df85a", reward_id="tote"),
):
    """Who wants how many of what."""

    member_id: Ref
    reward_id: Ref
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)] = 1


class CancelBody(Body, json_schema_extra=example(reason="changed their mind")):
    """Why, in a person's words; kept with the redemption and said to nobody else."""

    reason: Note200 | None = None


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


Decide = Callable[[Tx], Awaitable[Redemption]]
DoorDep = Annotated[Door, Depends(door_of)]


@router.post(
    "/redemptions",
    status_code=201,
    also={PENDING: located("Under way: the recovery goes on with it.")},
    scope="redemption:write",
    response_model=RedemptionView,
    refuses=(
        RewardNotFound,
        CostOutOfRange,
        RewardLimitReached,
        OutOfStock,
        PointsInsufficient,
        PointsRefused,
        HoldNotOpen,
        RedemptionTimedOut,
    ),
)
async def redeem(body: RedeemBody, door: DoorDep) -> Response:
    """Fulfilled (201), refused with a code (409), or pending (202) with a place to ask."""
    ask = DecideRedemption(
        redemption_id=redemption_id_of(door.caller.source, door.asked.key),
        member_id=MemberId(body.member_id),
        reward_id=RewardId(body.reward_id),
        quantity=body.quantity,
        asked=Asked(door.caller.source, door.asked.key),
    )
    return await _answer(door, ask.redemption_id, lambda tx: decide_redemption(tx, ask))


@router.get("/redemptions/{redemption_id}", scope="benefit:read", refuses=(RedemptionNotFound,))
async def show(redemption_id: IdPath, tx: TxDep, caller: CallerDep) -> RedemptionView:
    """How it stands; with the voucher's code for the channel that redeemed. Another channel's is
    not found.
    """
    seen = await views.redemption_seen(tx, RedemptionId(redemption_id))
    is_own = seen is not None and seen.redemption.asked.source == caller.source
    if seen is None or not (is_own or SEES_ALL in caller.scopes):
        raise RedemptionNotFound
    view = RedemptionView.of(seen)
    return view.with_code(tx.secrets) if is_own else view


@router.post(
    "/redemptions/{redemption_id}/cancel",
    also={PENDING: located("Under way: the recovery goes on with it.")},
    scope="redemption:write",
    response_model=RedemptionView,
    refuses=(RedemptionNotFound, RedemptionNotCancellable),
)
async def cancel(redemption_id: IdPath, door: DoorDep, body: CancelBody | None = None) -> Response:
    """Cancelled (200): voucher void, points back in their lots, stock back. Or under way (202)."""
    reason = (body or CancelBody()).reason or ""
    ask = BeginCancel(RedemptionId(redemption_id), door.caller.source, door.asked.key, reason)
    return await _answer(door, ask.redemption_id, lambda tx: begin_cancel(tx, ask))


async def _answer(door: Door, redemption_id: RedemptionId, decide: Decide) -> Response:
    """Decide under the key, or join whoever did; walk what was decided; answer what stands."""
    async with door.begin(door.cause) as tx:
        stored = await idempotency.claim(tx, door.caller, door.asked.key, door.asked.fingerprint)
        decided = await _decided(tx, door, decide) if stored is None else None
    if isinstance(decided, Response):
        return decided
    if decided is not None:
        await failpoints.reach("saga.after_decision")
        walk = Walk(door.begin, door.cause, keep_answer, ANSWER_WITHIN_S)
        await walk_redemption(walk, decided)
    return await _stands(door, redemption_id, is_replay=decided is None)


async def _decided(tx: Tx, door: Door, decide: Decide) -> Redemption | Response:
    """The decision; or the business's no, kept under the key as the answer."""
    try:
        async with tx.savepoint():
            return await decide(tx)
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        metrics.REFUSALS.labels(door.begin.service, refusal.code).inc()
        answer = problems.answer(refusal, door.cause.request_id)
        await idempotency.answer(
            tx, door.caller.source, door.asked.key, answer.status_code, bytes(answer.body)
        )
        return answer


async def _stands(door: Door, redemption_id: RedemptionId, is_replay: bool) -> Response:
    """The final answer where there is one; else the present state and where to ask for it (202)."""
    async with door.begin(door.cause) as tx:
        seen = await views.redemption_seen(tx, redemption_id)
        stored = await idempotency.claim(tx, door.caller, door.asked.key, door.asked.fingerprint)
    assert stored is not None
    headers = {"Idempotent-Replayed": "true"} if is_replay else {}
    if stored.status is not None and stored.body is not None:
        return _given(door, stored.status, stored.body, headers)
    assert seen is not None
    headers["Location"] = f"/v1/redemptions/{redemption_id}"
    view = RedemptionView.of(seen)
    return Response(view.model_dump_json(), PENDING, media_type=JSON, headers=headers)


def _given(door: Door, status: int, body: bytes, headers: dict[str, str]) -> Response:
    if status >= 400:
        return Response(body, status, media_type=problems.MEDIA_TYPE, headers=headers)
    view = RedemptionView.model_validate_json(body).with_code(door.begin.secrets)
    return Response(view.model_dump_json(), status, media_type=JSON, headers=headers)
