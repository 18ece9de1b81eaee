"""Redemptions: points for a reward, and back. Each is a saga that owns its key (B4)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Response
from pydantic import Field

from benefit_svc.domain.redemptions import Asked, Redemption, redemption_id_of
from benefit_svc.domain.refusals import (
    CostOutOfRange,
    OutOfStock,
    PointsRefused,
    RedemptionNotCancellable,
    RedemptionNotFound,
    RewardLimitReached,
    RewardNotFound,
)
from benefit_svc.handlers.begin_cancel import BeginCancel, begin_cancel
from benefit_svc.handlers.decide_redemption import DecideRedemption, decide_redemption
from benefit_svc.inbound.http.redemption_answers import (
    OF_MEMBER,
    OF_POINTS,
    RedemptionView,
    keep_answer,
)
from benefit_svc.processes.walk_redemption import REDEMPTION
from benefit_svc.store import views
from chassis.http import (
    Body,
    CallerDep,
    Command,
    Door,
    DoorDep,
    IdPath,
    Note200,
    Ref,
    Router,
    Stands,
    TxDep,
    carry_out,
    example,
    located,
)
from chassis.http.under_way import PENDING
from chassis.tx import Tx
from contracts.ids import MemberId, RedemptionId, RewardId

QUANTITY_MAX = 1_000
SEES_ALL = "voucher:void"

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


Decide = Callable[[Tx], Awaitable[Redemption]]


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
        *OF_MEMBER,
        *OF_POINTS,
        PointsRefused,
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
    async def stands(tx: Tx) -> Stands:
        seen = await views.redemption_seen(tx, redemption_id)
        assert seen is not None
        return Stands(f"/v1/redemptions/{redemption_id}", RedemptionView.of(seen))

    def reveal(kept: bytes) -> bytes:
        view = RedemptionView.model_validate_json(kept).with_code(door.begin.secrets)
        return view.model_dump_json().encode()

    return await carry_out(door, Command(REDEMPTION, decide, keep_answer, stands, reveal))
