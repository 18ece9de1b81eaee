"""What a member has, how it came about, and changes to it by hand."""

from typing import Annotated

from pydantic import Field

from chassis.http import (
    Body,
    CallerDep,
    FieldError,
    IdPath,
    Invalid,
    Note200,
    PageDep,
    Ref,
    Router,
    TxDep,
)
from contracts.quantities import POINTS_MAX
from points_svc.domain.adjustments import AdjustmentAsk
from points_svc.domain.refusals import (
    BalanceTooLarge,
    MemberNotFound,
    PointsInsufficient,
    PointTypeNotBurnable,
    PostingNotFound,
)
from points_svc.handlers.adjust_points import adjust_points
from points_svc.handlers.explain_posting import explain_posting
from points_svc.handlers.recall_balance import recall_balance
from points_svc.handlers.show_balance import show_balance
from points_svc.inbound.http.fields import DEFAULT_TYPE, Moment, PointTypeName
from points_svc.inbound.http.ledger_views import (
    AdjustmentView,
    BalanceView,
    LotPage,
    LotView,
    PostingPage,
    PostingView,
    WhyView,
)
from points_svc.store import members, views

PostingIdPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}\.[a-z0-9_-]{1,64}$")]

router = Router(tags=["points"])


class AdjustmentBody(Body):
    """What is given (or, below zero, taken). `reason` is for people and stays with the posting;
    `reason_code` is for reports, and all that the event says.
    """

    point_type: PointTypeName = DEFAULT_TYPE
    points: Annotated[int, Field(ge=-POINTS_MAX, le=POINTS_MAX)]
    reason: Note200
    reason_code: Ref = "adjustment"


@router.get("/points/{member_id}", scope="points:read", refuses=(MemberNotFound,))
async def balance(
    member_id: IdPath, tx: TxDep, at: Moment = None, known_at: Moment = None
) -> BalanceView:
    """What a member has now, where lots and holds whose time is over count as over; or had, or will
    have, `at` another moment, as it was known at `known_at`.
    """
    if at is None and known_at is None:
        return BalanceView.of(member_id, tx.now, await show_balance(tx, member_id))
    recalled = await recall_balance(tx, member_id, at or tx.now, known_at)
    balances = [one.balance for one in recalled]
    return BalanceView.of(member_id, at or tx.now, balances)


@router.get("/points/{member_id}/postings", scope="points:read", refuses=(MemberNotFound,))
async def postings(member_id: IdPath, page: PageDep, tx: TxDep) -> PostingPage:
    """A member's ledger by the moment of each fact, newest first."""
    await _demand_known(tx, member_id)
    found = await views.postings_before(tx, member_id, page.after, page.limit + 1)
    shown = found[: page.limit]
    more = [shown[-1].fact_id, shown[-1].part] if len(found) > page.limit else None
    return PostingPage(**page.answer([PostingView.of(posting) for posting in shown], more))


@router.get(
    "/points/{member_id}/postings/{posting_id}/why",
    scope="points:read",
    refuses=(PostingNotFound,),
)
async def why(member_id: IdPath, posting_id: PostingIdPath, tx: TxDep) -> WhyView:
    """Why a posting is what it is, by what was known then, step by step in exact fractions."""
    return WhyView.of(await explain_posting(tx, member_id, posting_id))


@router.get("/points/{member_id}/lots", scope="points:read", refuses=(MemberNotFound,))
async def lots(member_id: IdPath, page: PageDep, tx: TxDep) -> LotPage:
    """A member's lots with what is left of each, newest first."""
    await _demand_known(tx, member_id)
    found = await views.lots_before(tx, member_id, page.after, page.limit + 1)
    shown = found[: page.limit]
    more = [shown[-1].lot_id, shown[-1].point_type] if len(found) > page.limit else None
    return LotPage(**page.answer([LotView.model_validate(lot) for lot in shown], more))


@router.post(
    "/points/{member_id}/adjustments",
    status_code=201,
    scope="points:adjust",
    keyed=True,
    refuses=(MemberNotFound, PointsInsufficient, PointTypeNotBurnable, BalanceTooLarge),
)
async def adjust(
    member_id: IdPath, body: AdjustmentBody, tx: TxDep, caller: CallerDep
) -> AdjustmentView:
    """Give or take points by hand, with a reason. What is given pays a deficit first."""
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
    return AdjustmentView.of(await adjust_points(tx, ask), ask)


async def _demand_known(tx: TxDep, member_id: str) -> None:
    if not await members.is_known(tx, member_id):
        raise MemberNotFound
