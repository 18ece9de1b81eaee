"""Open one locked account and judge it now, before a decision is made on it."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.basis import Portion
from points_svc.domain.books import Account, Book, Books
from points_svc.domain.holds import settle
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.load_presence import load_presence
from points_svc.store import holds, programme


async def open_book(
    tx: Tx, account: Account, returning: Iterable[Portion] = ()
) -> tuple[Books, Book]:
    """Open a locked account with its lots, and those that points will go back to; then lapse the
    holds and expire the lots whose time is over.
    """
    version, zone = await programme.standing_now(tx)
    books = Books(tx.now, version, [account], zone)
    book = books.of(account.member_id, account.point_type)
    over = await holds.due_holds_of(tx, [account.member_id], tx.now) if account.held else []
    over = [hold for hold in over if hold.point_type == account.point_type]
    portions = [*returning, *(portion for hold in over for portion in hold.lots)]
    named = {(book.member_id, book.point_type, portion.lot_id) for portion in portions}
    await load_named_lots(tx, books, named)
    await load_lots(tx, [book])
    await load_presence(tx, books)
    lapsed = settle(book, over)
    if lapsed:
        await holds.end_holds(tx, lapsed)
    return books, book
