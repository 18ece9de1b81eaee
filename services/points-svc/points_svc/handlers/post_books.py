"""Store what was decided on open accounts, all or nothing."""

from chassis.tx import Conflict, Tx
from points_svc.domain.books import Books
from points_svc.handlers.recall_returned import recall_returned
from points_svc.store import accounts, due, journal, lot_terms, postings, shortfalls


async def post_books(tx: Tx, books: Books) -> None:
    """Write accounts, postings, draws, what changed of lots' time, shortfalls that are to be
    reviewed, the journal and what is due, and say what was said.

    Accounts go first: where one was changed since it was read, somebody else was faster. Raises
    Conflict.
    """
    written = books.written()
    if written:
        await recall_returned(tx, written)
        stored = [book for book in written if book.stored.is_stored]
        new = [book for book in written if not book.stored.is_stored]
        if stored and await accounts.change_accounts(tx, stored) != len(stored):
            raise Conflict("an account was changed since it was read")
        if new and await accounts.open_accounts(tx, new) != len(new):
            raise Conflict("an account was opened since it was looked for")
        await postings.append_postings(tx, written)
        await postings.append_draws(tx, written)
        await lot_terms.append_lot_terms(tx, written)
        await lot_terms.append_absences(tx, written)
        await shortfalls.append_shortfalls(tx, written)
        await journal.append_journal(tx, written, books.zone)
        planned = [
            (book.due_at, book.member_id, book.point_type)
            for book in written
            if book.due_at and book.due_at != book.stored.due_at
        ]
        if planned:
            await due.plan_due(tx, planned)
    tx.emit(*books.said)
