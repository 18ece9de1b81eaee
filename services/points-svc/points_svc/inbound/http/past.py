"""An account's past: why a balance is what it is, and statements by period."""

from typing import Annotated

from fastapi import Query

from chassis.http import FieldError, IdPath, Invalid, Page, PageDep, Router, TxDep
from points_svc.domain.past import Sides
from points_svc.domain.refusals import MemberNotFound
from points_svc.handlers.recall_balance import recall_balance
from points_svc.handlers.show_statement import StatementAsk, show_statement
from points_svc.inbound.http.fields import (
    DEFAULT_TYPE,
    FromDay,
    Moment,
    PointTypeName,
    ToDay,
    demand_period,
)
from points_svc.inbound.http.past_views import BalanceWhy, SidesView, StatementLine, StatementView

TypeQuery = Annotated[PointTypeName, Query()]

router = Router(tags=["points"])


@router.get("/points/{member_id}/why", scope="points:read", refuses=(MemberNotFound,))
async def why_balance(
    member_id: IdPath, tx: TxDep, at: Moment = None, known_at: Moment = None
) -> BalanceWhy:
    """The sums that a balance is netted from, by kind and way: the fold of postings with effect by
    `at` and recorded by `known_at`.
    """
    recalled = await recall_balance(tx, member_id, at or tx.now, known_at)
    return BalanceWhy.of(member_id, at or tx.now, known_at, recalled)


@router.get("/points/{member_id}/statement", scope="points:read", refuses=(MemberNotFound,))
async def statement(
    member_id: IdPath,
    tx: TxDep,
    page: PageDep,
    begins_on: FromDay,
    ends_on: ToDay,
    point_type: TypeQuery = DEFAULT_TYPE,
) -> StatementView:
    """What changed an account in a period of days, in the order in which it became known."""
    demand_period(begins_on, ends_on)
    asked = [point_type, str(begins_on), str(ends_on)]
    seq, before = _behind(page, asked)
    ask = StatementAsk(member_id, point_type, begins_on, ends_on, seq, before, page.wanted)
    found = await show_statement(tx, ask)
    return StatementView(
        member_id=member_id,
        point_type=point_type,
        from_=begins_on,
        to=ends_on,
        zone=found.zone,
        opening=SidesView.model_validate(found.opening),
        closing=SidesView.model_validate(found.closing),
        **page.show(
            found.lines, StatementLine.of, lambda one: [*asked, one.movement.seq, *one.after]
        ),
    )


def _behind(page: Page, asked: list[str]) -> tuple[int, Sides | None]:
    """The seq that a page is behind, and what stood there. Refusals: Invalid (the cursor of another
    statement).
    """
    if page.after is None:
        return 0, None
    seq, *stood = page.after[len(asked) :]
    if page.after[: len(asked)] != asked:
        raise Invalid(FieldError("/cursor", "format"))
    return seq, Sides(*stood)
