"""Let a lot last longer, by hand."""

from chassis.tx import Tx
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.extension import ExtensionAsk, extend
from points_svc.domain.holds import OPEN
from points_svc.handlers.load_one_lot import load_one_lot
from points_svc.handlers.lock_account import lock_account
from points_svc.handlers.open_book import open_book
from points_svc.handlers.post_books import post_books
from points_svc.store import holds, views
from points_svc.store.views import LotRow


async def extend_lot(tx: Tx, ask: ExtensionAsk) -> LotRow:
    """Let what is left of a lot, and what open holds have of it, last longer; answers the lot.

    Refusals: MemberNotFound, LotNotFound, LotWithoutEnd, LotEnded, NothingLeft, EndNotLater.
    """
    account = await lock_account(tx, ask.member_id, ask.point_type)
    books, book = await open_book(tx, account)
    await load_one_lot(tx, books, ask)
    placed = await holds.holds_of(tx, [ask.member_id])
    held = sum(
        portion.points
        for hold in placed
        if hold.point_type == ask.point_type and hold.state_at(tx.now) == OPEN
        for portion in hold.lots
        if portion.lot_id == ask.lot_id
    )
    by = DecisionBasis(tx.cause.actor, tx.cause.request_id, ask.lot_id, ask.reason, ask.reason_code)
    extend(book, ask, held, books.zone, by)
    book.close_spent()
    await post_books(tx, books)
    return await views.find_lot(tx, ask.member_id, ask.lot_id, ask.point_type)
