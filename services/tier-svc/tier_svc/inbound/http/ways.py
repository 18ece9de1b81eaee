"""Ways up besides a ladder's tests: given by hand, ended by hand (T5)."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field
from uuid_utils import uuid7

from chassis.http import (
    Body,
    FieldError,
    IdPath,
    Invalid,
    Note200,
    Ref,
    Replayed,
    Router,
    TxDep,
    example,
)
from chassis.tx import Tx
from contracts.ids import FactId, MemberId
from tier_svc.domain.goals import GoalWritten, read_goal
from tier_svc.domain.granting import WayAsk
from tier_svc.domain.refusals import (
    LadderNotFound,
    LadderUnpublished,
    MemberBanned,
    MemberClosed,
    MemberNotFound,
    TierUnknown,
    WayEnded,
    WayNotFound,
)
from tier_svc.domain.ways import Goal, Way, WayKind
from tier_svc.handlers.end_way import end_way
from tier_svc.handlers.give_way import give_way
from tier_svc.handlers.look_at_ways import look_at_ways
from tier_svc.inbound.http.fields import Near
from tier_svc.inbound.http.way_views import WaysView, WayView, view

router = Router(tags=["standings"])
SCOPE = "standing:adjust"
GIVING = (
    MemberNotFound,
    MemberBanned,
    MemberClosed,
    LadderUnpublished,
    LadderNotFound,
    TierUnknown,
)
ENDING = (MemberNotFound, WayNotFound, WayEnded)
DAYS_MAX = 3_660
BY_HAND = "ended by hand"


class WayBody(Body):
    """The tier that a way leads to, on the main ladder unless one is named."""

    tier: Ref
    ladder: Ref | None = None


class GrantBody(
    WayBody,
    json_schema_extra=example(
        tier="gold", until="2027-03-01T00:00:00+08:00", reason="a long-standing partner"
    ),
):
    """A tier for a time, or until it is ended, and why."""

    until: Near | None = None
    reason: Note200


class MembershipBody(WayBody):
    """A tier while it is paid for, or tried; `reason` names what was paid, never a person."""

    kind: Literal["paid", "trial"] = "paid"
    until: Near
    reason: Note200


class MatchBody(WayBody):
    """A tier because of a status elsewhere, to be earned here by a deadline."""

    evidence: Note200
    goal: GoalWritten
    by: Near


class ChallengeBody(WayBody):
    """A tier for reaching a goal within days from now."""

    goal: GoalWritten
    within_days: Annotated[int, Field(ge=1, le=DAYS_MAX)]
    reason: Note200


class EndBody(Body, json_schema_extra=example(reason="given by mistake")):
    """Why a way ends before its time."""

    reason: Note200


@router.post(
    "/standings/{member_id}/overrides", status_code=201, scope=SCOPE, refuses=GIVING, keyed=True
)
async def post_override(member_id: IdPath, body: GrantBody, tx: TxDep) -> WayView:
    """Lift a member by hand. The override that is open on the ladder ends."""
    way = _way(tx, body, WayKind.OVERRIDE, body.until)
    return await _give(tx, member_id, body, way, body.reason)


@router.delete("/standings/{member_id}/overrides/{way_id}", again=200, scope=SCOPE, refuses=ENDING)
async def delete_override(member_id: IdPath, way_id: IdPath, tx: TxDep) -> WayView:
    """End an override now. Ending it again changes nothing."""
    return await _end(tx, member_id, way_id, BY_HAND)


@router.post(
    "/standings/{member_id}/invitations", status_code=201, scope=SCOPE, refuses=GIVING, keyed=True
)
async def post_invitation(member_id: IdPath, body: GrantBody, tx: TxDep) -> WayView:
    """Invite a member to a tier; a rung with a test still asks for it."""
    way = _way(tx, body, WayKind.INVITATION, body.until)
    return await _give(tx, member_id, body, way, body.reason)


@router.post(
    "/standings/{member_id}/memberships", status_code=201, scope=SCOPE, refuses=GIVING, keyed=True
)
async def post_membership(member_id: IdPath, body: MembershipBody, tx: TxDep) -> WayView:
    """A tier was paid for, or is tried, until an instant; a rung with a test still asks for it."""
    way = _way(tx, body, WayKind(body.kind), body.until)
    return await _give(tx, member_id, body, way, body.reason)


@router.post(
    "/standings/{member_id}/matches", status_code=201, scope=SCOPE, refuses=GIVING, keyed=True
)
async def post_match(member_id: IdPath, body: MatchBody, tx: TxDep) -> WayView:
    """Match a status held elsewhere: the tier now, kept beyond the deadline only if the goal is
    reached by then.
    """
    _check_future(tx, "/by", body.by)
    goal = _goal(body.goal, body.by)
    way = _way(tx, body, WayKind.MATCH, None, goal)
    return await _give(tx, member_id, body, way, body.evidence)


@router.post(
    "/standings/{member_id}/challenges", status_code=201, scope=SCOPE, refuses=GIVING, keyed=True
)
async def post_challenge(member_id: IdPath, body: ChallengeBody, tx: TxDep) -> WayView:
    """Challenge a member: the tier from the fact that reaches the goal on, while it lasts."""
    goal = _goal(body.goal, tx.now + timedelta(days=body.within_days))
    way = _way(tx, body, WayKind.CHALLENGE, None, goal)
    return await _give(tx, member_id, body, way, body.reason)


@router.post("/standings/{member_id}/ways/{way_id}/end", again=200, scope=SCOPE, refuses=ENDING)
async def post_way_end(member_id: IdPath, way_id: IdPath, body: EndBody, tx: TxDep) -> WayView:
    """End any way up now. Ending it again changes nothing."""
    return await _end(tx, member_id, way_id, body.reason)


@router.get("/standings/{member_id}/ways", scope="standing:read")
async def read_ways(
    member_id: IdPath, tx: TxDep, ladder: Annotated[str | None, Query(max_length=64)] = None
) -> WaysView:
    """Every way up that the member was ever given, by the instant it began."""
    given = await look_at_ways(tx, MemberId(member_id), ladder)
    return WaysView(items=[view(one, tx.now) for one in given])


async def _give(tx: Tx, member_id: str, body: WayBody, way: Way, reason: str) -> WayView:
    if way.to_at is not None:
        _check_future(tx, "/until", way.to_at)
    given = await give_way(tx, WayAsk(MemberId(member_id), body.ladder, way, reason))
    return view(given, tx.now)


def _way(
    tx: Tx, body: WayBody, kind: WayKind, until: datetime | None, goal: Goal | None = None
) -> Way:
    return Way(FactId(str(uuid7())), kind, body.tier, tx.now, until, goal)


async def _end(tx: Tx, member_id: str, way_id: str, reason: str) -> WayView:
    given, is_new = await end_way(tx, MemberId(member_id), FactId(way_id), reason)
    if not is_new:
        raise Replayed(view(given, tx.now))
    return view(given, tx.now)


def _check_future(tx: Tx, path: str, at: datetime) -> None:
    if at <= tx.now:
        raise Invalid(FieldError(path, "in_past"))


def _goal(written: GoalWritten, by: datetime) -> Goal:
    read = read_goal(written, by)
    if isinstance(read, Goal):
        return read
    raise Invalid(*(FieldError(f"/goal{path}", code) for path, code in read))
