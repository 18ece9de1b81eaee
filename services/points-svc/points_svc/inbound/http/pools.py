"""Pools: members who share their points (P10)."""

from functools import partial
from typing import Annotated

from fastapi import Query

from chassis.auth import Caller
from chassis.http import CallerDep, IdPath, PageDep, Replayed, Router, TxDep
from points_svc.domain.move_refusals import StepUpRequired, TransferLimitReached
from points_svc.domain.pool_refusals import (
    GatheringNotFound,
    InAnotherPool,
    NotInPool,
    PoolFull,
    PoolNotFound,
    PoolsNotOffered,
)
from points_svc.domain.pools import GatheringAsk
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
from points_svc.handlers.cancel_gathering import cancel_gathering
from points_svc.handlers.find_pool_of import find_pool_of
from points_svc.handlers.gather_points import gather_points
from points_svc.handlers.leave_pool import leave_pool
from points_svc.handlers.list_known_to import list_known_to
from points_svc.handlers.list_pool_changes import list_pool_changes
from points_svc.handlers.open_pool import open_pool
from points_svc.handlers.share_pool import share_pool
from points_svc.handlers.show_gathering import show_gathering
from points_svc.handlers.show_pool import show_pool
from points_svc.inbound.http.fields import (
    DEFAULT_TYPE,
    KeyHeader,
    PointTypeName,
    Uuid,
    named,
    sees_all,
    sees_pools,
)
from points_svc.inbound.http.pool_views import (
    GatheringBody,
    GatheringView,
    PoolBody,
    PoolChangesView,
    PoolStandingView,
    PoolView,
    Seen,
    ShareBody,
    change_view,
)

REVISION_MAX = 2**31 - 1

Burnable = Annotated[PointTypeName, Query()]
MAY_NOT = (MemberSuspended, MemberBanned, MemberClosed)

router = Router(tags=["pools"])


@router.post(
    "/pools",
    status_code=201,
    scope="points:redeem",
    keyed=True,
    named_by="pool_id",
    refuses=(PoolsNotOffered, PoolFull, InAnotherPool, MemberNotFound, *MAY_NOT, NameReused),
)
async def open_one(body: PoolBody, tx: TxDep, caller: CallerDep, key: KeyHeader = None) -> PoolView:
    """Let members share their points. The same request again is answered with the pool as it is by
    then.
    """
    pool_id = named(body.pool_id, caller, key)
    asked = [(one.member_id, one.share) for one in body.members]
    opened, is_replay = await open_pool(tx, pool_id, asked, caller.source)
    view = PoolView.of(opened, await _seen(tx, pool_id, caller, *(one for one, _ in asked)))
    if is_replay:
        raise Replayed(view, status=201)
    return view


@router.get("/pools/{pool_id}", scope="points:read", refuses=(PoolNotFound,))
async def show(
    pool_id: Uuid, tx: TxDep, caller: CallerDep, point_type: Burnable = DEFAULT_TYPE
) -> PoolStandingView:
    """Who shares a pool, and what of their points can be gathered now. A channel that knows nobody
    in it asks for the pool of the member before it.
    """
    found, standings = await show_pool(tx, pool_id, point_type)
    return PoolStandingView.of(
        found, point_type, standings, await _seen_of_own(tx, pool_id, caller)
    )


@router.get("/points/{member_id}/pool", scope="points:read", refuses=(NotInPool,))
async def show_of_member(
    member_id: IdPath, tx: TxDep, caller: CallerDep, point_type: Burnable = DEFAULT_TYPE
) -> PoolStandingView:
    """The pool that a member shares, as it stands now."""
    pool_id = await find_pool_of(tx, member_id)
    found, standings = await show_pool(tx, pool_id, point_type)
    seen = await _seen(tx, pool_id, caller, member_id)
    return PoolStandingView.of(found, point_type, standings, seen)


@router.get("/pools/{pool_id}/changes", scope="points:read", refuses=(PoolNotFound,))
async def list_changes(
    pool_id: Uuid, tx: TxDep, page: PageDep, caller: CallerDep
) -> PoolChangesView:
    """Who came, left, and with which share, newest first; a channel sees what it said itself."""
    below = page.after[0] if page.after else REVISION_MAX
    await _seen_of_own(tx, pool_id, caller)
    source = None if sees_pools(caller) else caller.source
    found = await list_pool_changes(tx, pool_id, below, page.wanted, source)
    view = partial(change_view, is_signed=sees_pools(caller))
    return PoolChangesView(**page.show(found, view, lambda one: [one.revision]))


@router.put(
    "/pools/{pool_id}/members/{member_id}",
    scope="points:redeem",
    refuses=(PoolsNotOffered, PoolNotFound, PoolFull, InAnotherPool, MemberNotFound, *MAY_NOT),
)
async def share(
    pool_id: Uuid, member_id: IdPath, body: ShareBody, tx: TxDep, caller: CallerDep
) -> PoolView:
    """From now on the member shares the pool, with this weight. Said again it changes nothing."""
    shared = await share_pool(tx, pool_id, member_id, body.share, caller.source)
    return PoolView.of(shared, await _seen(tx, pool_id, caller, member_id))


@router.delete(
    "/pools/{pool_id}/members/{member_id}",
    scope="points:redeem",
    refuses=(PoolNotFound, NotInPool),
)
async def leave(pool_id: Uuid, member_id: IdPath, tx: TxDep, caller: CallerDep) -> PoolView:
    """The member shares the pool no longer, and keeps all that is theirs."""
    left = await leave_pool(tx, pool_id, member_id, caller.source)
    return PoolView.of(left, await _seen(tx, pool_id, caller))


@router.post(
    "/pools/{pool_id}/gatherings",
    status_code=201,
    scope="points:redeem",
    keyed=True,
    named_by="gathering_id",
    refuses=(
        PoolsNotOffered,
        PoolNotFound,
        NotInPool,
        *MAY_NOT,
        PointTypeNotBurnable,
        PointsInsufficient,
        TransferLimitReached,
        StepUpRequired,
        BalanceTooLarge,
        NameReused,
    ),
)
async def gather(
    pool_id: Uuid, body: GatheringBody, tx: TxDep, caller: CallerDep, key: KeyHeader = None
) -> GatheringView:
    """Bring points of the pool to one of its members: each bears them by their share, with the ends
    that they have. The same request again is answered as the first time.
    """
    ask = GatheringAsk(
        member_id=body.member_id,
        gathering_id=named(body.gathering_id, caller, key),
        source=caller.source,
        pool_id=pool_id,
        point_type=body.point_type,
        points=body.points,
        purpose=body.purpose or "",
        reason=body.reason or "",
        step_up=body.step_up or "",
    )
    gathered, is_replay = await gather_points(tx, ask)
    view = GatheringView.of(gathered, is_whole=sees_pools(caller))
    if is_replay:
        raise Replayed(view, status=201)
    return view


@router.get(
    "/pools/{pool_id}/members/{member_id}/gatherings/{gathering_id}",
    scope="points:read",
    refuses=(GatheringNotFound,),
)
async def show_one(
    pool_id: Uuid, member_id: IdPath, gathering_id: Uuid, tx: TxDep, caller: CallerDep
) -> GatheringView:
    """A gathering: the caller's own, or any where the caller can only read."""
    source = None if sees_all(caller) else caller.source
    found = await show_gathering(tx, pool_id, member_id, gathering_id, source)
    return GatheringView.of(found, is_whole=sees_pools(caller))


@router.post(
    "/pools/{pool_id}/members/{member_id}/gatherings/{gathering_id}/cancel",
    again=200,
    scope="points:redeem",
    refuses=(PoolNotFound, GatheringNotFound, PointsInsufficient, BalanceTooLarge),
)
async def cancel(
    pool_id: Uuid, member_id: IdPath, gathering_id: Uuid, tx: TxDep, caller: CallerDep
) -> GatheringView:
    """Give everybody back what they bore, all or nothing; a burn that was part of it is cancelled
    first.
    """
    found, is_replay = await cancel_gathering(tx, pool_id, member_id, gathering_id, caller.source)
    view = GatheringView.of(found, is_whole=sees_pools(caller))
    if is_replay:
        raise Replayed(view)
    return view


async def _seen(tx: TxDep, pool_id: str, caller: Caller, *asked: str) -> Seen:
    """Whom a caller sees by name: a channel the members it names, and whom it knows."""
    if sees_pools(caller):
        return None
    return await list_known_to(tx, pool_id, caller.source) | set(asked)


async def _seen_of_own(tx: TxDep, pool_id: str, caller: Caller) -> Seen:
    """As `_seen`, where nobody is named. Refusals: PoolNotFound for a channel that knows nobody
    in it: the pool is not its own.
    """
    seen = await _seen(tx, pool_id, caller)
    if seen is not None and not seen:
        raise PoolNotFound
    return seen
