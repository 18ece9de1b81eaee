"""Give back what of a lot was lost to time, by hand."""

from chassis.tx import Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.extension import ExtensionAsk, reinstate
from points_svc.handlers.load_one_lot import load_one_lot
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import views
from points_svc.store.views import LotRow


async def reinstate_lot(tx: Tx, ask: ExtensionAsk) -> LotRow:
    """Give back what of a lot expired, was forfeit, or was lost by absence; answers the lot.

    Refusals: MemberNotFound, LotNotFound, NothingExpired, EndNotLater.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    books, book = await open_book(tx, account)
    await load_one_lot(tx, books, ask)
    by = DecisionBasis(tx.cause.actor, tx.cause.request_id, ask.lot_id, ask.reason, ask.reason_code)
    reinstate(book, ask, books.zone, by)
    book.close_spent()
    await post_books(tx, books)
    return await views.find_lot(tx, ask.member_id, ask.lot_id, ask.point_type)
