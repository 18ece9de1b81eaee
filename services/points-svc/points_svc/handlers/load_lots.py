"""Load the lots that decisions on open accounts may draw on."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.books import Book
from points_svc.store import lots
from points_svc.store.accounts import bound


async def load_lots(
    tx: Tx, books: Iterable[Book], named: Iterable[tuple[str, str, str]] = ()
) -> None:
    """Load every lot that has something left, and the named ones (member id, point type, lot id)
    too.
    """
    opened = {(book.member_id, book.point_type): book for book in books}
    bounds = [(key, at) for key, book in opened.items() if (at := bound(book.stored))]
    names = list(named)
    for found in (
        await lots.lots_named(tx, names) if names else {},
        await lots.open_lots(tx, bounds) if bounds else {},
    ):
        for key, loaded in found.items():
            opened[key].load(loaded)
