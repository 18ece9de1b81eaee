"""Give or take points by hand."""

from chassis.tx import Tx
from points_svc.domain.adjustments import AdjustmentAsk, adjust
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.postings import Posting
from points_svc.domain.second_person import WaitingAdjustment
from points_svc.handlers.demand_burnable import demand_burnable
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts


async def adjust_points(
    tx: Tx, ask: AdjustmentAsk, agreed: WaitingAdjustment | None = None
) -> Posting:
    """Give points as a lot of their own, or take them from the lots in burn order; answers the
    posting. `agreed` is what waited where this transaction's actor is the second person.

    Refusals: MemberNotFound, PointTypeNotBurnable, PointsInsufficient, BalanceTooLarge.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    rules = await demand_burnable(tx, ask.point_type)
    if not account.is_stored:
        await accounts.add_account(tx, ask.member_id, ask.point_type)
        account = await lock_account(tx, ask.member_id, ask.point_type)
    books, book = await open_book(tx, account, rules, taking=max(0, -ask.points))
    posting = adjust(book, ask, rules, _why(tx, ask, agreed))
    book.close_spent()
    await post_books(tx, books)
    return posting


def _why(tx: Tx, ask: AdjustmentAsk, agreed: WaitingAdjustment | None) -> DecisionBasis:
    by, request_id = tx.cause.actor, tx.cause.request_id
    if agreed is None:
        return DecisionBasis(by, request_id, "", ask.reason, ask.reason_code)
    name = agreed.adjustment_id
    return DecisionBasis(agreed.asked_by, request_id, name, ask.reason, ask.reason_code, by)
