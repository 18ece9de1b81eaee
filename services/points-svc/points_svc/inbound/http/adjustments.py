"""Changes by hand; above a value they wait for a second person."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field

from chassis.http import (
    Body,
    CallerDep,
    FieldError,
    IdPath,
    Instant,
    Invalid,
    Note200,
    PageDep,
    Ref,
    Replayed,
    Router,
    TxDep,
    Uuid,
    View,
    example,
)
from contracts.quantities import POINTS_MAX
from points_svc.domain.adjustments import AdjustmentAsk
from points_svc.domain.move_refusals import AdjustmentNotFound, AdjustmentNotWaiting, SamePerson
from points_svc.domain.refusals import (
    BalanceTooLarge,
    MemberNotFound,
    PointsInsufficient,
    PointTypeNotBurnable,
)
from points_svc.domain.second_person import POSTED, REJECTED, WaitingAdjustment
from points_svc.handlers.ask_adjustment import ask_adjustment
from points_svc.handlers.decide_adjustment import decide_adjustment
from points_svc.handlers.list_waiting import list_waiting
from points_svc.handlers.show_adjustment import show_adjustment
from points_svc.inbound.http.fields import DEFAULT_TYPE, KeyHeader, PointTypeName, is_inside, named
from points_svc.inbound.http.ledger_views import AdjustmentView

ACCEPTED = 202
FIRST = datetime(1, 1, 1, tzinfo=UTC)
OF_ADJUSTING = (MemberNotFound, PointsInsufficient, PointTypeNotBurnable, BalanceTooLarge)
OF_DECIDING = (AdjustmentNotFound, AdjustmentNotWaiting, SamePerson)

router = Router(tags=["adjustments"])


class AdjustmentBody(
    Body,
    json_schema_extra=example(points=100, reason="the parcel came late", reason_code="goodwill"),
):
    """What is given (or, below zero, taken). `reason` is for people and stays with the posting;
    `reason_code` is for reports, and all that the event says.
    """

    point_type: PointTypeName = DEFAULT_TYPE
    points: Annotated[int, Field(ge=-POINTS_MAX, le=POINTS_MAX)]
    reason: Note200
    reason_code: Ref = "adjustment"


class WaitingView(View):
    """An adjustment that needs a second person: `waiting`, `posted`, `rejected` or `lapsed`."""

    adjustment_id: str
    member_id: str
    state: str
    point_type: str
    points: int
    reason: str
    reason_code: str
    asked_by: str
    asked_at: Instant
    lapses_at: Instant
    decided_by: str | None
    decided_at: Instant | None
    posting_id: str | None

    @classmethod
    def of(cls, one: WaitingAdjustment, at: datetime) -> "WaitingView":
        """How it stands at `at`."""
        return cls(**{**vars(one), "state": one.state_at(at)})


class WaitingPage(View):
    """What waits for a second person, oldest first."""

    items: list[WaitingView]
    next_cursor: str | None


@router.post(
    "/points/{member_id}/adjustments",
    status_code=201,
    also={202: {"description": "It waits for a second person."}},
    scope="points:adjust",
    keyed=True,
    refuses=OF_ADJUSTING,
)
async def adjust(
    member_id: IdPath,
    body: AdjustmentBody,
    tx: TxDep,
    caller: CallerDep,
    response: Response,
    key: KeyHeader = None,
) -> AdjustmentView | WaitingView:
    """Give or take points by hand, with a reason (201). What is given pays a deficit first. Above
    the programme's value nothing moves yet: it waits for a second person (202).
    """
    if body.points == 0:
        raise Invalid(FieldError("/points", "out_of_range"))
    ask = AdjustmentAsk(
        member_id=member_id,
        point_type=body.point_type,
        points=body.points,
        reason=body.reason,
        reason_code=body.reason_code,
        source=caller.source,
    )
    made = await ask_adjustment(tx, ask, named(None, caller, key))
    if isinstance(made, WaitingAdjustment):
        response.status_code = ACCEPTED
        return WaitingView.of(made, tx.now)
    return AdjustmentView.of(made, ask)


@router.get("/points:adjustments", scope="points:approve")
async def waiting(page: PageDep, tx: TxDep) -> WaitingPage:
    """What waits for a second person now, oldest first."""
    asked_at, *names = page.after or (FIRST.isoformat(), "", "")
    after = (datetime.fromisoformat(asked_at), names[0], names[1])
    found = await list_waiting(tx, after, page.wanted)
    return WaitingPage(
        **page.show(
            found,
            lambda one: WaitingView.of(one, tx.now),
            lambda one: [one.asked_at, one.member_id, one.adjustment_id],
        )
    )


@router.get(
    "/points/{member_id}/adjustments/{adjustment_id}",
    scope="points:read",
    refuses=(AdjustmentNotFound,),
)
async def show(member_id: IdPath, adjustment_id: Uuid, tx: TxDep, caller: CallerDep) -> WaitingView:
    """How an adjustment stands that needed a second person; told to the brand's own teams."""
    if not is_inside(caller):
        raise AdjustmentNotFound
    return WaitingView.of(await show_adjustment(tx, member_id, adjustment_id), tx.now)


@router.post(
    "/points/{member_id}/adjustments/{adjustment_id}/approve",
    again=200,
    scope="points:approve",
    refuses=(*OF_DECIDING, *OF_ADJUSTING),
)
async def approve(member_id: IdPath, adjustment_id: Uuid, tx: TxDep) -> WaitingView:
    """Post what another person asked for, now. Saying it again is answered as the first time."""
    return await _decide(tx, member_id, adjustment_id, POSTED)


@router.post(
    "/points/{member_id}/adjustments/{adjustment_id}/reject",
    again=200,
    scope="points:approve",
    refuses=OF_DECIDING,
)
async def reject(member_id: IdPath, adjustment_id: Uuid, tx: TxDep) -> WaitingView:
    """Refuse what another person asked for. Saying it again is answered as the first time."""
    return await _decide(tx, member_id, adjustment_id, REJECTED)


async def _decide(tx: TxDep, member_id: str, adjustment_id: str, verdict: str) -> WaitingView:
    decided, is_replay = await decide_adjustment(tx, member_id, adjustment_id, verdict)
    if is_replay:
        raise Replayed(WaitingView.of(decided, tx.now))
    return WaitingView.of(decided, tx.now)
