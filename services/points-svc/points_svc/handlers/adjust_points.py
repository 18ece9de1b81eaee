"""Give or take points by hand."""

from chassis.tx import Tx
from points_svc.domain.adjustments import AdjustmentAsk, adjust
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.postings import Posting
from points_svc.handlers.open_book import burnable_rules, lock_account, open_new_book
from points_svc.handlers.post_books import post_books


async def adjust_points(tx: Tx, ask: AdjustmentAsk) -> Posting:
    """Give points as a lot of their own, or take them from the lots in burn order; answers the
    posting.

    Refusals: MemberNotFound, PointTypeNotBurnable, PointsInsufficient, BalanceTooLarge.
    """
    await lock_account(tx, ask.member_id, ask.point_type)
    rules = await burnable_rules(tx, ask.point_type)
    books, book = await open_new_book(tx, ask.member_id, ask.point_type)
    why = DecisionBasis(tx.cause.actor, tx.cause.request_id, "", ask.reason, ask.note)
    posting = adjust(book, ask, rules, why)
    book.close_spent()
    await post_books(tx, books)
    return posting
