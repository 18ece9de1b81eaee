"""Give back the holds whose time is over, a batch of accounts at a time."""

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.holds import by_account, settle
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.load_presence import load_presence
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts, holds, programme


async def lapse_holds(tx: Tx, limit: int) -> int:
    """Lapse the holds of at most `limit` accounts; answers how many holds that were (P8, P11)."""
    keys = await holds.accounts_with_due_holds(tx, tx.now, limit)
    locked = await accounts.lock_free_accounts(tx, keys) if keys else []
    if not locked:
        return 0
    version, zone = await programme.standing_now(tx)
    books = Books(tx.now, version, locked, zone)
    mine = {(account.member_id, account.point_type) for account in locked}
    over = await holds.due_holds_of(tx, [account.member_id for account in locked], tx.now)
    over = [hold for hold in over if (hold.member_id, hold.point_type) in mine]
    named = [(h.member_id, h.point_type, portion.lot_id) for h in over for portion in h.lots]
    await load_named_lots(tx, books, named)
    await load_lots(tx, books.all())
    await load_presence(tx, books)
    theirs = by_account(over)
    for book in books.all():
        settle(book, theirs[book.member_id, book.point_type])
        book.close_spent()
    await holds.end_holds(tx, [hold.lapsed() for hold in over])
    await post_books(tx, books)
    return len(over)
