"""Open members' accounts to answer for them, judged at a moment."""

from collections.abc import Sequence
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.holds import by_account, settle
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.load_presence import load_presence
from points_svc.store import accounts, holds


async def judge_members(tx: Tx, member_ids: Sequence[str], at: datetime) -> Books:
    """The accounts of members as they stand when what is over by `at` counts as over, whether or
    not a job has run. Nothing is stored; the postings are what storing would post.
    """
    books = Books(at, "", await accounts.accounts_of(tx, member_ids))
    over = await holds.due_holds_of(tx, member_ids, at)
    named = [(hold.member_id, hold.point_type, lot.lot_id) for hold in over for lot in hold.lots]
    await load_named_lots(tx, books, named)
    await load_lots(tx, books.all())
    await load_presence(tx, books)
    theirs = by_account(over)
    for book in books.all():
        settle(book, theirs[book.member_id, book.point_type])
    return books
