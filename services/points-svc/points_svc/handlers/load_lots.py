"""Load every lot that decisions on open accounts may draw on."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.books import Book
from points_svc.store import lots
from points_svc.store.accounts import bound


async def load_lots(tx: Tx, books: Iterable[Book]) -> None:
    """Load every lot of these accounts that has something left."""
    opened = {(book.member_id, book.point_type): book for book in books}
    bounds = [(key, at) for key, book in opened.items() if (at := bound(book.stored))]
    found = await lots.open_lots(tx, bounds) if bounds else {}
    for key, loaded in found.items():
        opened[key].load(loaded)
