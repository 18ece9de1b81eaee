"""Store what was decided on open accounts, all or nothing."""

from collections.abc import Sequence
from datetime import datetime

from chassis.parts import Part
from chassis.tx import Conflict, Tx
from points_svc.domain.books import Book, Books
from points_svc.handlers.recall_returned import recall_returned
from points_svc.store import accounts, due, journal, lot_terms, postings, shortfalls

FEW_MAX = 4
"""Accounts, and postings, up to which one statement for all of it is cheaper than one a table."""


async def post_books(tx: Tx, books: Books, keeping: Sequence[Part] = ()) -> None:
    """Write accounts, postings, draws, what changed of lots' time, shortfalls that are to be
    reviewed, the journal, what is due, and what a command keeps besides (a row for each of
    `keeping`); and say what was said.

    Where an account was changed since it was read, somebody else was faster, and so they were where
    a name was taken. Raises Conflict.
    """
    written = books.written()
    if written:
        await recall_returned(tx, written)
    if _are_few(written):
        await _post_together(tx, books, written, keeping)
    else:
        await _keep(tx, keeping)
        await _post_many(tx, books, written)
    await lot_terms.append_lot_terms(tx, written)
    await lot_terms.append_absences(tx, written)
    await shortfalls.append_shortfalls(tx, written)
    tx.emit(*books.said)


async def _keep(tx: Tx, keeping: Sequence[Part]) -> None:
    if keeping and 0 in await tx.together("keep", keeping):
        raise Conflict("a name was taken meanwhile")


def _are_few(written: Sequence[Book]) -> bool:
    """A posting or a few, of accounts that are there."""
    return (
        len(written) <= FEW_MAX
        and 0 < sum(len(book.postings) for book in written) <= FEW_MAX
        and all(book.stored.is_stored for book in written)
    )


async def _post_together(
    tx: Tx, books: Books, written: Sequence[Book], keeping: Sequence[Part]
) -> None:
    """Postings and draws wait for the accounts: who was slower posts under the seq of who was
    faster, and is to lose a race, not to hit a key.
    """
    guarded = [*keeping, *map(accounts.changing, written)]
    planned = _planned(written)
    others = (
        *postings.posting(written),
        postings.drawing(written),
        journal.journaling(written, books.zone, tx.now),
        due.planning(planned) if planned else None,
    )
    parts = [*guarded, *filter(None, others)]
    if 0 in (await tx.together("post", parts, guards=len(guarded)))[: len(guarded)]:
        raise Conflict("an account was changed since it was read, or a name was taken meanwhile")


async def _post_many(tx: Tx, books: Books, written: Sequence[Book]) -> None:
    """Accounts go before postings, so that who loses a race learns it before most is written."""
    if not written:
        return
    stored = [book for book in written if book.stored.is_stored]
    new = [book for book in written if not book.stored.is_stored]
    sides = ((accounts.changing_all, stored), (accounts.opening, new))
    asked = [(write(some), len(some)) for write, some in sides if some]
    planned = _planned(written)
    others = (
        journal.journaling(written, books.zone, tx.now),
        due.planning(planned) if planned else None,
    )
    parts = [*(part for part, _ in asked), *filter(None, others)]
    counts = await tx.together("change_accounts", parts)
    if any(count != wanted for count, (_, wanted) in zip(counts, asked, strict=False)):
        raise Conflict(
            "an account was changed since it was read, or opened since it was looked for"
        )
    await postings.append_postings(tx, written)
    await postings.append_draws(tx, written)


def _planned(written: Sequence[Book]) -> list[tuple[datetime, str, str]]:
    return [
        (book.due_at, book.member_id, book.point_type)
        for book in written
        if book.due_at and book.due_at != book.stored.due_at
    ]
