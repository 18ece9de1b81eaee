"""Judge accounts that may be full, before facts are recorded."""

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.passing import let_time_pass
from points_svc.domain.rules import RuleBook
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_presence import load_presence


async def judge_bounded(tx: Tx, books: Books, rules: RuleBook) -> None:
    """Of point types with a maximum balance, let time pass for the accounts with something due:
    what has ended leaves room. Does nothing where no type has a maximum.
    """
    due = [
        book
        for book in books.all()
        if book.point_type in rules.bounded and book.due_at is not None and book.due_at <= tx.now
    ]
    if not due:
        return
    await load_lots(tx, due)
    await load_presence(tx, books)
    for book in due:
        let_time_pass(book)
