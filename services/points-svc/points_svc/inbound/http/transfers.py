"""Transfers: points change hands and keep their end (P10)."""

from chassis.http import (
    Body,
    CallerDep,
    FieldError,
    IdPath,
    Instant,
    Invalid,
    Note200,
    PositiveCount,
    Ref,
    Replayed,
    Router,
    TxDep,
    Uuid,
    View,
    example,
)
from points_svc.domain.move_refusals import (
    RecipientNotFound,
    StepUpRequired,
    TransferLimitReached,
    TransferNotFound,
    TransfersNotOffered,
)
from points_svc.domain.refusals import (
    BalanceTooLarge,
    MemberBanned,
    MemberClosed,
    MemberNotFound,
    MemberSuspended,
    NameReused,
    PointsInsufficient,
    PointTypeNotBurnable,
)
from points_svc.domain.transfers import TransferAsk
from points_svc.handlers.show_transfer import show_transfer
from points_svc.handlers.transfer_points import transfer_points
from points_svc.inbound.http.fields import (
    DEFAULT_TYPE,
    KeyHeader,
    PointTypeName,
    named,
    sees_all,
)

router = Router(tags=["transfers"])


class TransferBody(
    Body,
    json_schema_extra=example(
        transfer_id="01a204ce-9105-74f6-9402-7b40fd9df85a",
        to="01a1e190-9780-740f-b461-1cd8b18790ea",
        points=50,
    ),
):
    """What is to be moved, and to whom. `transfer_id` names the caller's transfer for ever and
    stands in for an Idempotency-Key. `step_up` is the channel's reference of a stronger check of
    the member (never the proof itself); `reason` is for people and is in no event.
    """

    transfer_id: Uuid | None = None
    to: Ref
    point_type: PointTypeName = DEFAULT_TYPE
    points: PositiveCount
    reason: Note200 | None = None
    step_up: Ref | None = None


class TransferView(View):
    """A transfer; `posting_id` is the giver's posting."""

    transfer_id: str
    member_id: str
    to_id: str
    point_type: str
    points: int
    reason: str
    step_up: str
    posting_id: str
    transferred_at: Instant


@router.post(
    "/points/{member_id}/transfers",
    status_code=201,
    scope="points:redeem",
    keyed=True,
    named_by="transfer_id",
    refuses=(
        MemberNotFound,
        MemberSuspended,
        MemberBanned,
        MemberClosed,
        RecipientNotFound,
        TransfersNotOffered,
        TransferLimitReached,
        StepUpRequired,
        PointsInsufficient,
        PointTypeNotBurnable,
        BalanceTooLarge,
        NameReused,
    ),
)
async def transfer(
    member_id: IdPath, body: TransferBody, tx: TxDep, caller: CallerDep, key: KeyHeader = None
) -> TransferView:
    """Move points to another member, at once and with the end that they have. The same request
    again is answered as the first time.
    """
    if body.to == member_id:
        raise Invalid(FieldError("/to", "not_allowed"))
    ask = TransferAsk(
        member_id=member_id,
        transfer_id=named(body.transfer_id, caller, key),
        to_id=body.to,
        point_type=body.point_type,
        points=body.points,
        reason=body.reason or "",
        step_up=body.step_up or "",
        source=caller.source,
    )
    moved, is_replay = await transfer_points(tx, ask)
    view = TransferView.model_validate(moved)
    if is_replay:
        raise Replayed(view, status=201)
    return view


@router.get(
    "/points/{member_id}/transfers/{transfer_id}", scope="points:read", refuses=(TransferNotFound,)
)
async def show(member_id: IdPath, transfer_id: Uuid, tx: TxDep, caller: CallerDep) -> TransferView:
    """A transfer that the member gave: the caller's own, or any where the caller can only read."""
    source = None if sees_all(caller) else caller.source
    return TransferView.model_validate(await show_transfer(tx, member_id, transfer_id, source))
