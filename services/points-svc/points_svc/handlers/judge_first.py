"""Judge accounts before facts are recorded in them, where what time has done makes a difference."""

from chassis.tx import Tx
from points_svc.domain.books import Book, Books
from points_svc.domain.postings import HELD
from points_svc.domain.rules import RuleBook
from points_svc.handlers.judge_books import judge_books
from points_svc.store import accounts


async def judge_first(tx: Tx, books: Books, rules: RuleBook) -> None:
    """Of accounts that owe something or hold only so much, let time do what it has done by now:
    what lapses or becomes available pays the deficit before anything that comes later, and what
    has ended leaves room. Does nothing where there is neither; locks accounts only where holds may
    lapse.
    """
    due = books.those(lambda book: _matters(book, rules) and _may_be_due(book))
    if not due:
        return
    holders = [book.member_id for book in due if book.balance[HELD]]
    if holders:
        await accounts.lock_accounts_of(tx, holders)
    await judge_books(tx, books, due)


def _matters(book: Book, rules: RuleBook) -> bool:
    return book.deficit > 0 or book.point_type in rules.bounded


def _may_be_due(book: Book) -> bool:
    return book.balance[HELD] > 0 or (book.due_at is not None and book.due_at <= book.now)
