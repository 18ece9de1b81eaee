"""See to it that a late fact gives back what it would have kept."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.books import Books
from points_svc.domain.lots import earlier
from points_svc.store import lot_terms


async def recall_absent(tx: Tx, books: Books, member_ids: Sequence[str]) -> None:
    """Make the accounts of these members due now which ever lost points by absence: whoever looks
    at them next, at the latest the sweep, judges them by what is known now (P2).
    """
    for member_id, point_type, _ in await lot_terms.absent_lots(tx, member_ids):
        book = books.of(member_id, point_type)
        book.due_at = earlier(book.due_at, books.now)
