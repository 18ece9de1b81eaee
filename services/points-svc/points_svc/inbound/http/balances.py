"""What a member has, and how it came about."""

from typing import Annotated

from pydantic import Field

from chassis.http import CallerDep, IdPath, PageDep, Router, TxDep
from points_svc.domain.refusals import MemberNotFound, PostingNotFound
from points_svc.handlers.explain_posting import explain_posting
from points_svc.handlers.recall_balance import recall_balance
from points_svc.handlers.show_balance import show_balance
from points_svc.inbound.http.fields import Moment
from points_svc.inbound.http.ledger_views import (
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
    found = await views.postings_before(tx, member_id, page.after, page.wanted)
    return PostingPage(**page.show(found, PostingView.of, lambda one: [one.fact_id, one.part]))


@router.get(
    "/points/{member_id}/postings/{posting_id}/why",
    scope="points:read",
    refuses=(PostingNotFound,),
)
async def why(
    member_id: IdPath, posting_id: PostingIdPath, tx: TxDep, caller: CallerDep
) -> WhyView:
    """Why a posting is what it is, by what was known then, step by step in exact fractions."""
    return WhyView.of(await explain_posting(tx, member_id, posting_id), caller)


@router.get("/points/{member_id}/lots", scope="points:read", refuses=(MemberNotFound,))
async def lots(member_id: IdPath, page: PageDep, tx: TxDep) -> LotPage:
    """A member's lots with what is left of each, newest first."""
    await _demand_known(tx, member_id)
    found = await views.lots_before(tx, member_id, page.after, page.wanted)
    return LotPage(
        **page.show(found, LotView.model_validate, lambda one: [one.lot_id, one.point_type])
    )


async def _demand_known(tx: TxDep, member_id: str) -> None:
    if not await members.is_known(tx, member_id):
        raise MemberNotFound
