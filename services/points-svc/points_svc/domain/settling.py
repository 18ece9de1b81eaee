"""What becomes of lots: they become available, are forfeit, end, and pay the deficit first (P3, P4,
P14).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from contracts.events.points import PointsActivated, PointsExpired
from contracts.ids import FactId
from points_svc.domain.basis import LotBasis, Portion, packed
from points_svc.domain.books import Book, said
from points_svc.domain.lots import ACTIVATED, FORFEITED, Lot, burn_order, first_of, sum_of
from points_svc.domain.moments import moment_id
from points_svc.domain.postings import AVAILABLE, DEFICIT, EXPIRY, PENDING, Movement, Posting


def end_waiting(book: Book, lot: Lot) -> None:
    """Let a lot become available, or be forfeit, if its time has come. What has ended before that
    expires as it waits.
    """
    if lot.expires_at is not None and lot.expires_at <= lot.available_from:
        return
    if lot.available_from > book.now:
        return
    if lot.forfeits:
        forfeit(book, lot)
    else:
        activate(book, lot)


def activate(book: Book, lot: Lot, activity_fact_id: str = "") -> None:
    """Let a pending lot become available at its `available_from`, and pay the deficit (P4, P14)."""
    active = replace(lot, stage=ACTIVATED, forfeits=False)
    posting = make_available(book, active, lot.remaining, activity_fact_id)
    book.change_lot(active)
    pay_deficit(book, [lot.lot_id], posting.fact_id)


def make_available(book: Book, lot: Lot, points: int, activity_fact_id: str = "") -> Posting:
    """Post points of a lot from pending to available, at its `available_from`."""
    at = lot.available_from
    basis = LotBasis(lot.lot_id, at, lot.expires_at, None, activity_fact_id)
    fact_id = moment_id(at, "activation", lot.lot_id)
    posting = book.post(
        Movement("activation", PENDING, AVAILABLE, points, fact_id, at, basis=packed(basis)),
        shares=[Portion(lot.lot_id, points)],
    )
    say_activated(book, lot, posting, activity_fact_id)
    return posting


def say_activated(book: Book, lot: Lot, posting: Posting, activity_fact_id: str = "") -> None:
    """Tell that points of a lot became available; of 0 points nothing is told."""
    if not posting.points:
        return
    book.say(
        PointsActivated(
            **said(book, posting.posting_id, posting.occurred_at),
            points=posting.points,
            fact_id=FactId(lot.lot_id),
            activity_fact_id=FactId(activity_fact_id) if activity_fact_id else None,
        )
    )


def forfeit(book: Book, lot: Lot) -> None:
    """Take what nobody claimed by the deadline (P4)."""
    lose(book, lot, lot.available_from, "forfeit", PENDING)
    book.change_lot(replace(book.lots[lot.lot_id], stage=FORFEITED))


def expire(book: Book, lot: Lot, at: datetime) -> None:
    """Expire what is left of a lot, also where it still waits."""
    lose(book, lot, at, "expiry", PENDING if lot.is_pending else AVAILABLE)


def lose(book: Book, lot: Lot, at: datetime, kind: str, side: str) -> None:
    """Post what is left of a lot as lost to time."""
    posting = book.post(
        Movement(kind, side, EXPIRY, lot.remaining, moment_id(at, kind, lot.lot_id), at),
        [Portion(lot.lot_id, lot.remaining, expired=lot.remaining)],
    )
    book.say(
        PointsExpired(
            **said(book, posting.posting_id, at), points=lot.remaining, fact_id=FactId(lot.lot_id)
        )
    )


def pay_deficit(book: Book, given: Iterable[str], fact_id: str) -> None:
    """Let what these lots hold pay the deficit, in burn order, also where their time is over (P2,
    P14). What is pending pays once it is available.
    """
    if not book.deficit:
        return
    lots = sorted((book.lots[lot_id] for lot_id in set(given)), key=burn_order)
    portions = first_of(
        [Portion(o.lot_id, o.remaining) for o in lots if o.remaining and not o.is_pending],
        book.deficit,
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
    posting = return_points(book, move, portions)
    expire_ended(book, portions, move.occurred_at)
    return posting.posting_id


def expire_ended(book: Book, portions: Sequence[Portion], came_back_at: datetime) -> None:
    """Expire what came back to lots whose time is over, or that were lost by absence meanwhile."""
    for portion in portions:
        lot = book.lots[portion.lot_id]
        if lot.remaining and lot.away_since is not None:
            lose(book, lot, max(lot.away_since, came_back_at), "inactivity", AVAILABLE)
        elif lot.remaining and lot.has_ended(book.now):
            assert lot.expires_at is not None
            expire(book, lot, max(lot.expires_at, came_back_at))


def return_points(book: Book, move: Movement, portions: Sequence[Portion]) -> Posting:
    """Post `move` into available and give the portions back to their lots; a deficit is paid first.
    Lots whose time is over are left with what came back to them.
    """
    posting = book.post(move, [Portion(portion.lot_id, -portion.points) for portion in portions])
    pay_deficit(book, [portion.lot_id for portion in portions], move.fact_id)
    return posting
