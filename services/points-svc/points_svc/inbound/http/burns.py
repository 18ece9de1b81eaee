"""Burns: points leave at once, and come back when the burn is cancelled (P9)."""

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
from points_svc.domain.burns import BURNED, CANCELLED, Burn, BurnAsk
from points_svc.domain.refusals import (
    BurnCancelled,
    BurnNotFound,
    HoldNotCaptured,
    MemberBanned,
    MemberClosed,
    MemberNotFound,
    MemberSuspended,
    NameReused,
    PointsInsufficient,
    PointTypeNotBurnable,
)
from points_svc.handlers.burn_points import burn_points
from points_svc.handlers.cancel_burn import cancel_burn
from points_svc.inbound.http.fields import (
    DEFAULT_TYPE,
    KeyHeader,
    PointTypeName,
    Purpose,
    named,
    sees_all,
)
from points_svc.store import holds as store

router = Router(tags=["burns"])


class BurnBody(
    Body,
    json_schema_extra=example(
        burn_id="01a204ce-9105-74f6-9402-7b40fd9df85a", points=500, purpose="parking"
    ),
):
    """What is to be burned. `burn_id` names the caller's burn for ever and stands in for an
    Idempotency-Key. `purpose` is a code: events carry it.
    """

    burn_id: Uuid | None = None
    point_type: PointTypeName = DEFAULT_TYPE
    points: PositiveCount
    purpose: Purpose


class BurnView(View):
    """A burn. The burn of a captured hold bears the hold's id."""

    burn_id: str
    point_type: str
    points: int
    purpose: str
    hold_id: str | None
    burned_at: Instant
    state: str

    @classmethod
    def of(cls, burn: Burn, state: str | None = None) -> "BurnView":
        """The burn, as callers see it: a tombstone is cancelled."""
        return cls(
            burn_id=burn.burn_id,
            point_type=burn.point_type,
            points=burn.points,
            purpose=burn.purpose,
            hold_id=burn.hold_id,
            burned_at=burn.burned_at,
            state=state or (BURNED if burn.state == BURNED else CANCELLED),
        )


@router.post(
    "/points/{member_id}/burns",
    status_code=201,
    scope="points:redeem",
    keyed=True,
    named_by="burn_id",
    refuses=(
        MemberNotFound,
        MemberSuspended,
        MemberBanned,
        MemberClosed,
        PointsInsufficient,
        PointTypeNotBurnable,
        BurnCancelled,
        NameReused,
    ),
)
async def burn(
    member_id: IdPath, body: BurnBody, tx: TxDep, caller: CallerDep, key: KeyHeader = None
) -> BurnView:
    """Burn points at once. The same request again is answered as the first time."""
    ask = BurnAsk(
        member_id=member_id,
        burn_id=named(body.burn_id, caller, key),
        point_type=body.point_type,
        points=body.points,
        purpose=body.purpose,
        source=caller.source,
    )
    burned, is_replay = await burn_points(tx, ask)
    view = BurnView.of(burned, BURNED)
    if is_replay:
        raise Replayed(view, status=201)
    return view


@router.post(
    "/points/{member_id}/burns/{burn_id}/cancel",
    again=200,
    scope="points:redeem",
    refuses=(HoldNotCaptured,),
)
async def cancel(member_id: IdPath, burn_id: Uuid, tx: TxDep, caller: CallerDep) -> BurnView:
    """Give the points of the caller's burn back to their lots. One that they never made is refused
    from now on.
    """
    cancelled, is_replay = await cancel_burn(tx, member_id, burn_id, caller.source)
    if is_replay:
        raise Replayed(BurnView.of(cancelled))
    return BurnView.of(cancelled)


@router.get("/points/{member_id}/burns/{burn_id}", scope="points:read", refuses=(BurnNotFound,))
async def show_burn(member_id: IdPath, burn_id: Uuid, tx: TxDep, caller: CallerDep) -> BurnView:
    """How a burn stands: the caller's own, or any where the caller can only read."""
    if sees_all(caller):
        found = await store.first_burn(tx, member_id, burn_id)
    else:
        found = await store.find_burn(tx, member_id, burn_id, caller.source)
    if found is None:
        raise BurnNotFound
    return BurnView.of(found)
