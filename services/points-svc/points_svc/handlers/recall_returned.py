"""Let points that come back be looked at again, where they may belong to somebody away."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.books import Book
from points_svc.domain.lots import earlier
from points_svc.store import programme


async def recall_returned(tx: Tx, written: Sequence[Book]) -> None:
    """Make accounts due now to whose lots points came back, of types that are lost by being away:
    whoever looks at them next, at the latest the sweep, judges whether their member was there (P2).
    Asks nothing where nothing came back.
    """
    given = [book for book in written if any(draw.points < 0 for draw in book.draws)]
    forgetting = (await programme.rule_book(tx)).forgetting if given else frozenset()
    for book in given:
        if book.point_type in forgetting:
            book.due_at = earlier(book.due_at, book.now)
