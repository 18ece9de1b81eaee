"""Open one locked account and judge it now, before a decision is made on it."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.basis import Portion
from points_svc.domain.books import Account, Book, Books
from points_svc.domain.lots import Unread
from points_svc.domain.rules import Rules
from points_svc.handlers.judge_books import judge_books
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.store import holds, lots, programme
from points_svc.store.accounts import bound


async def open_book(
    tx: Tx,
    account: Account,
    rules: Rules | None = None,
    *,
    taking: int | None = None,
    returning: Iterable[Portion] = (),
    ending: int = 0,
) -> tuple[Books, Book]:
    """Open a locked account with the lots from which `taking` points would be taken (None: with
    all), and those that points will go back to. Where time has done something since it was last
    looked at, every lot is read, the holds whose time is over lapse and the lots whose time is over
    expire. `ending` are the points of an open hold that ends here.
    """
    version, zone = programme.standing(rules or await programme.rules_now(tx))
    books = Books(tx.now, version, [account], zone)
    book = books.of(account.member_id, account.point_type)
    named = {(book.member_id, book.point_type, portion.lot_id) for portion in returning}
    await load_named_lots(tx, books, named)
    if taking is None or await _is_due(tx, account, ending):
        await judge_books(tx, books, [book])
    else:
        await _read_covering(tx, book, taking)
    return books, book


async def _is_due(tx: Tx, account: Account, ending: int) -> bool:
    """Whether a lot's time has come, or that of another hold than the one which ends here."""
    if account.due_at is not None and account.due_at <= tx.now:
        return True
    if account.held == ending:
        return False
    return bool(await holds.due_holds_of(tx, [account.member_id], tx.now))


async def _read_covering(tx: Tx, book: Book, taking: int) -> None:
    """Of lots that time has left alone only those matter that are drawn on; none where nothing is
    taken, or more than there is.
    """
    oldest = bound(book.stored)
    if oldest is None or not 0 < taking <= book.available:
        book.unread = Unread(None, book.open_from, book.never_from)
        return
    key = (book.member_id, book.point_type)
    found, book.unread = await lots.covering_lots(tx, key, oldest, taking)
    book.load(found)
