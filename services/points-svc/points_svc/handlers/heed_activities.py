"""Let lots become available because of activities that name their purchase."""

from collections.abc import Sequence

from chassis.tx import Tx
from points_svc.domain.awaiting import heed
from points_svc.domain.books import Books
from points_svc.store import activities


async def heed_activities(tx: Tx, books: Books, purchases: Sequence[tuple[str, str]]) -> None:
    """Of these purchases, (member id, fact id), the lots that are open here and wait for an
    activity which has come, in the order in which those happened (P4).
    """
    named = await activities.activities_naming(tx, purchases) if purchases else {}
    for book in books.all():
        for lot_id, lot in list(book.lots.items()):
            if not lot.awaits:
                continue
            for one in named.get((book.member_id, lot_id), ()):
                heed(book, lot_id, one.kind, one.fact_id, one.occurred_at)
