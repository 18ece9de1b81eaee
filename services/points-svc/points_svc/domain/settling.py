"""What has to be done before and after points move: expire what has ended, pay the deficit first
(P3, P14).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from contracts.events.points import PointsExpired
from contracts.ids import FactId
from points_svc.domain.basis import Portion
from points_svc.domain.books import Book, said
from points_svc.domain.lots import Lot, burn_order, first_of, sum_of
from points_svc.domain.moments import moment_id
from points_svc.domain.postings import AVAILABLE, DEFICIT, EXPIRY, Movement


def expire_ended(book: Book) -> None:
    """Expire what is left of every loaded lot whose time is over now, each at its own end."""
    for lot in sorted(book.lots.values(), key=burn_order):
        if lot.remaining and lot.has_ended(book.now):
            assert lot.expires_at is not None
            _expire(book, lot, lot.expires_at)


def _expire(book: Book, lot: Lot, at: datetime) -> None:
    posting = book.post(
        Movement(
            "expiry", AVAILABLE, EXPIRY, lot.remaining, moment_id(at, "expiry", lot.lot_id), at
        ),
        [Portion(lot.lot_id, lot.remaining, expired=lot.remaining)],
    )
    book.say(
        PointsExpired(
            **said(book, posting.posting_id, at), points=lot.remaining, fact_id=FactId(lot.lot_id)
        )
    )


def pay_deficit(book: Book, given: Iterable[str], fact_id: str) -> None:
    """Let what these lots hold pay the deficit, in burn order, also where their time is over (P2,
    P14).
    """
    if not book.deficit:
        return
    lots = sorted((book.lots[lot_id] for lot_id in set(given)), key=burn_order)
    portions = first_of(
        [Portion(lot.lot_id, lot.remaining) for lot in lots if lot.remaining], book.deficit
    )
    if portions:
        book.post(
            Movement("deficit_payment", AVAILABLE, DEFICIT, sum_of(portions), fact_id, book.now),
            portions,
        )


def give_back(book: Book, move: Movement, portions: Sequence[Portion]) -> str:
    """Post `move` into available and give the portions back to their lots; a deficit is paid first,
    and what belongs to a lot whose time is over expires at once (P9, P14). Answers the posting's
    id.
    """
    posting = book.post(move, [Portion(portion.lot_id, -portion.points) for portion in portions])
    pay_deficit(book, [portion.lot_id for portion in portions], move.fact_id)
    for portion in portions:
        lot = book.lots[portion.lot_id]
        if lot.remaining and lot.has_ended(book.now):
            assert lot.expires_at is not None
            _expire(book, lot, max(lot.expires_at, move.occurred_at))
    return posting.posting_id
