"""Load lots by name, whether they have something left or not."""

from collections.abc import Iterable

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.store import lots


async def load_named_lots(tx: Tx, books: Books, names: Iterable[tuple[str, str, str]]) -> None:
    """Load lots that points will be taken from or go back to, by (member id, point type, lot
    id).
    """
    wanted = list(names)
    found = await lots.lots_named(tx, wanted) if wanted else {}
    for key, loaded in found.items():
        books.of(*key).load(loaded)
