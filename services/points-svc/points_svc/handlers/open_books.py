"""Open several locked accounts and judge them now, before a decision is made on them."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.books import Account, Books
from points_svc.handlers.judge_books import judge_books
from points_svc.store import programme


async def open_books(tx: Tx, accounts: Sequence[Account]) -> Books:
    """Open locked accounts with their lots; then lapse the holds and expire the lots whose time is
    over.
    """
    version, zone = await programme.standing_now(tx)
    books = Books(tx.now, version, accounts, zone)
    await judge_books(tx, books, books.all())
    return books
