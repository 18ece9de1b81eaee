"""Judge open accounts now, whether or not a job has run."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.books import Book, Books
from points_svc.domain.holds import Hold, by_account, settle
from points_svc.domain.postings import HELD
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.load_presence import load_presence
from points_svc.store import holds


async def judge_books(tx: Tx, books: Books, judged: Iterable[Book]) -> None:
    """Load the lots of these accounts that have something left; lapse the holds whose time is over,
    then let what waits become available and what has ended expire. The accounts are locked where
    they hold anything.
    """
    mine = {(book.member_id, book.point_type): book for book in judged}
    holders = sorted({book.member_id for book in mine.values() if book.balance[HELD]})
    over = await holds.due_holds_of(tx, holders, tx.now) if holders else []
    over = [hold for hold in over if (hold.member_id, hold.point_type) in mine]
    named = {(h.member_id, h.point_type, lot.lot_id) for h in over for lot in h.lots}
    await load_named_lots(tx, books, named)
    await load_lots(tx, mine.values())
    await load_presence(tx, books)
    lapsed: list[Hold] = []
    theirs = by_account(over)
    for key, book in mine.items():
        lapsed += settle(book, theirs[key])
    if lapsed:
        await holds.end_holds(tx, lapsed)
