"""Expire what has ended, a batch of accounts at a time."""

from datetime import datetime, timedelta

from chassis.tx import Tx
from points_svc.domain.books import Book, Books
from points_svc.domain.lots import earlier, next_due
from points_svc.domain.passing import let_time_pass
from points_svc.domain.postings import HELD
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_presence import load_presence
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, due, programme

AGAIN = timedelta(hours=1)


async def expire_lots(tx: Tx, limit: int) -> int:
    """Work off at most `limit` accounts with something due; answers how many. Skipped, run twice or
    killed in the middle it ends in the same ledger (P11); accounts that somebody else has in hand
    come next time.
    """
    keys = await due.due_accounts(tx, tx.now, limit)
    locked = await accounts.lock_free_accounts(tx, keys) if keys else []
    if not locked:
        return 0
    version, zone = await programme.standing_now(tx)
    books = Books(tx.now, version, locked, zone)
    await load_lots(tx, books.all())
    await load_presence(tx, books)
    for book in books.all():
        let_time_pass(book)
        book.close_spent()
        book.due_at = _next_due(book)
    await post_books(tx, books)
    await due.done_due(tx, [(a.member_id, a.point_type) for a in locked], tx.now)
    return len(locked)


def _next_due(book: Book) -> datetime | None:
    """Of lots and of the member's presence; what a hold gives back to somebody who is away is
    looked for again.
    """
    at = next_due(book.lots.values())
    if book.presence is None:
        return at
    if book.balance[HELD]:
        at = earlier(at, book.now + AGAIN)
    return earlier(at, book.presence.lost_at(book.now))
