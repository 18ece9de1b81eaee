"""The journal: lines written beside the postings, in their transaction."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.journal import JournalKey, day_of, journal

COLUMNS = ("recorded_at", "recorded_on", "zone", *JournalKey._fields, "postings", "points")


async def append_journal(tx: Tx, books: Books) -> None:
    """Append what these accounts moved: a line a point type, kind, way and months for the whole
    transaction, under the day of its moment.
    """
    on = day_of(tx.now, books.zone)
    rows: Sequence[tuple[object, ...]] = [
        (tx.now, on, books.zone.key, *line.key, line.postings, line.points)
        for line in journal(books.written(), books.zone)
    ]
    await tx.copy("append_journal", "journal_entry", COLUMNS, rows)
