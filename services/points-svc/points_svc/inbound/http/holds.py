"""Holds: set points aside, then capture or release them (P8)."""

from typing import Annotated

from pydantic import Field

from chassis.http import (
    Body,
    CallerDep,
    IdPath,
    Instant,
    PositiveCount,
    Replayed,
    Router,
    TxDep,
    Uuid,
    View,
    example,
)
from points_svc.domain.holds import OPEN, Hold, HoldAsk
from points_svc.domain.refusals import (
    CaptureExceedsHold,
    HoldNotFound,
    HoldNotOpen,
    HoldReleased,
    MemberBanned,
    MemberClosed,
    MemberNotFound,
    MemberSuspended,
    NameReused,
    PointsInsufficient,
    PointTypeNotBurnable,
)
from points_svc.handlers.capture_hold import capture_hold
from points_svc.handlers.hold_points import hold_points
from points_svc.handlers.release_hold import release_hold
from points_svc.inbound.http.fields import (
    DEFAULT_TYPE,
    KeyHeader,
    PointTypeName,
    Purpose,
    named,
    sees_all,
)
from points_svc.store import holds as store

LAPSE_AFTER_S = 900
LAPSE_AFTER_S_MAX = 604_800

router = Router(tags=["holds"])


class HoldBody(
    Body,
    json_schema_extra=example(
        hold_id="01a204ce-9105-74f6-9402-7b40fd9df85a",
        points=500,
        purpose="lounge",
        lapse_after_s=600,
    ),
):
    """What is to be set aside. `hold_id` names the caller's hold for ever and stands in
    for an Idempotency-Key. `purpose` is a code: events carry it.
    """

    hold_id: Uuid | None = None
    point_type: PointTypeName = DEFAULT_TYPE
    points: PositiveCount
    purpose: Purpose
    lapse_after_s: Annotated[int, Field(ge=1, le=LAPSE_AFTER_S_MAX)] = LAPSE_AFTER_S


class CaptureBody(Body, json_schema_extra=example(points=300)):
    """How much of the hold is burned; all of it where nothing is said."""

    points: PositiveCount | None = None


class HoldView(View):
    """A hold. `captured` were burned; what is neither captured nor open went back."""

    hold_id: str
    point_type: str
    points: int
    captured: int
    purpose: str
    lapses_at: Instant
    state: str

    @classmethod
    def of(cls, hold: Hold, state: str) -> "HoldView":
        """The hold in a state, as callers see it."""
        return cls(
            hold_id=hold.hold_id,
            point_type=hold.point_type,
            points=hold.points,
            captured=0 if state == OPEN else hold.captured,
            purpose=hold.purpose,
            lapses_at=hold.lapses_at,
            state=state,
        )


@router.post(
    "/points/{member_id}/holds",
    status_code=201,
    scope="points:redeem",
    keyed=True,
    named_by="hold_id",
    refuses=(
        MemberNotFound,
        MemberSuspended,
        MemberBanned,
        MemberClosed,
        PointsInsufficient,
        PointTypeNotBurnable,
        HoldReleased,
        NameReused,
    ),
)
async def place_hold(
    member_id: IdPath, body: HoldBody, tx: TxDep, caller: CallerDep, key: KeyHeader = None
) -> HoldView:
    """Set points aside. The same request again is answered as the first time, whatever became of
    it.
    """
    ask = HoldAsk(
        member_id=member_id,
        hold_id=named(body.hold_id, caller, key),
        point_type=body.point_type,
        points=body.points,
        purpose=body.purpose,
        lapse_after_s=body.lapse_after_s,
        source=caller.source,
    )
    hold, is_replay = await hold_points(tx, ask)
    view = HoldView.of(hold, OPEN)
    if is_replay:
        raise Replayed(view, status=201)
    return view


@router.post(
    "/points/{member_id}/holds/{hold_id}/capture",
    again=200,
    scope="points:redeem",
    refuses=(HoldNotFound, HoldNotOpen, CaptureExceedsHold),
)
async def capture(
    member_id: IdPath,
    hold_id: Uuid,
    tx: TxDep,
    caller: CallerDep,
    body: CaptureBody | None = None,
) -> HoldView:
    """Burn the caller's hold, or a part of it; the rest goes back."""
    points = body.points if body else None
    hold, is_replay = await capture_hold(tx, member_id, hold_id, points, caller.source)
    view = HoldView.of(hold, hold.state_at(tx.now))
    if is_replay:
        raise Replayed(view)
    return view


@router.post(
    "/points/{member_id}/holds/{hold_id}/release",
    again=200,
    scope="points:redeem",
    refuses=(HoldNotOpen,),
)
async def release(member_id: IdPath, hold_id: Uuid, tx: TxDep, caller: CallerDep) -> HoldView:
    """Give the caller's hold back. One that they never placed is refused from now on."""
    hold, is_replay = await release_hold(tx, member_id, hold_id, caller.source)
    view = HoldView.of(hold, hold.state_at(tx.now))
    if is_replay:
        raise Replayed(view)
    return view


@router.get("/points/{member_id}/holds/{hold_id}", scope="points:read", refuses=(HoldNotFound,))
async def show_hold(member_id: IdPath, hold_id: Uuid, tx: TxDep, caller: CallerDep) -> HoldView:
    """How a hold stands now: the caller's own, or any where the caller can only read."""
    if sees_all(caller):
        hold = await store.first_hold(tx, member_id, hold_id)
    else:
        hold = await store.find_hold(tx, member_id, hold_id, caller.source)
    if hold is None:
        raise HoldNotFound
    return HoldView.of(hold, hold.state_at(tx.now))
