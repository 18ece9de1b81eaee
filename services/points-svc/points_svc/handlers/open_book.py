"""Open one locked account and judge it now, before a decision is made on it."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.basis import Portion
from points_svc.domain.books import Account, Book, Books
from points_svc.domain.rules import Rules
from points_svc.handlers.judge_books import judge_books
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.store import programme


async def open_book(
    tx: Tx, account: Account, returning: Iterable[Portion] = (), rules: Rules | None = None
) -> tuple[Books, Book]:
    """Open a locked account with its lots, and those that points will go back to; then lapse the
    holds and expire the lots whose time is over.
    """
    version, zone = programme.standing(rules or await programme.rules_now(tx))
    books = Books(tx.now, version, [account], zone)
    book = books.of(account.member_id, account.point_type)
    named = {(book.member_id, book.point_type, portion.lot_id) for portion in returning}
    await load_named_lots(tx, books, named)
    await judge_books(tx, books, [book])
    return books, book
