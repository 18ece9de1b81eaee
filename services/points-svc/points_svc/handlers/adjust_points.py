"""Give or take points by hand."""

from chassis.tx import Tx
from points_svc.domain.adjustments import AdjustmentAsk, adjust
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.postings import Posting
from points_svc.handlers.demand_burnable import demand_burnable
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts


async def adjust_points(tx: Tx, ask: AdjustmentAsk) -> Posting:
    """Give points as a lot of their own, or take them from the lots in burn order; answers the
    posting.

    Refusals: MemberNotFound, PointTypeNotBurnable, PointsInsufficient, BalanceTooLarge.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    rules = await demand_burnable(tx, ask.point_type)
    if not account.is_stored:
        await accounts.add_account(tx, ask.member_id, ask.point_type)
        account = await lock_account(tx, ask.member_id, ask.point_type)
    books, book = await open_book(tx, account)
    why = DecisionBasis(tx.cause.actor, tx.cause.request_id, "", ask.reason, ask.reason_code)
    posting = adjust(book, ask, rules, why)
    book.close_spent()
    await post_books(tx, books)
    return posting
