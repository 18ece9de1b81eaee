"""Open a member's accounts to answer for them, judged at a moment."""

from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.holds import settle
from points_svc.domain.refusals import MemberNotFound
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.handlers.load_presence import load_presence
from points_svc.store import accounts, holds, members


async def judge_accounts(tx: Tx, member_id: str, at: datetime) -> Books:
    """A member's accounts as they stand when what is over by `at` counts as over, whether or not a
    job has run. Nothing is stored; the postings are what storing would post. Refusals:
    MemberNotFound.
    """
    stored = await accounts.accounts_of(tx, [member_id])
    if not stored and not await members.is_known(tx, member_id):
        raise MemberNotFound
    books = Books(at, "", stored)
    over = await holds.due_holds_of(tx, [member_id], at)
    named = [(member_id, hold.point_type, lot.lot_id) for hold in over for lot in hold.lots]
    await load_named_lots(tx, books, named)
    await load_lots(tx, books.all())
    await load_presence(tx, books)
    for book in books.all():
        settle(book, [hold for hold in over if hold.point_type == book.point_type])
    return books
