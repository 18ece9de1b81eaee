"""Open several locked accounts and judge them now, before a decision is made on them."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.books import Account, Books
from points_svc.domain.holds import settle
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.load_presence import load_presence
from points_svc.store import holds, programme


async def open_books(tx: Tx, accounts: Sequence[Account]) -> Books:
    """Open locked accounts with their lots; then lapse the holds and expire the lots whose time is
    over.
    """
    version, zone = await programme.standing_now(tx)
    books = Books(tx.now, version, accounts, zone)
    keys = {(account.member_id, account.point_type) for account in accounts}
    holders = sorted({account.member_id for account in accounts if account.held})
    over = await holds.due_holds_of(tx, holders, tx.now) if holders else []
    over = [hold for hold in over if (hold.member_id, hold.point_type) in keys]
    named = {(h.member_id, h.point_type, lot.lot_id) for h in over for lot in h.lots}
    await load_named_lots(tx, books, named)
    await load_lots(tx, books.all())
    await load_presence(tx, books)
    lapsed = []
    for book in books.all():
        key = (book.member_id, book.point_type)
        lapsed += settle(book, [h for h in over if (h.member_id, h.point_type) == key])
    if lapsed:
        await holds.end_holds(tx, lapsed)
    return books
