"""What a member lost by being away too long, and what a late fact gives back of it (P2)."""

from datetime import datetime

from msgspec.structs import replace

from points_svc.domain.basis import LotBasis, Portion, packed
from points_svc.domain.books import Book
from points_svc.domain.lots import Lot, burn_order
from points_svc.domain.moments import moment_id
from points_svc.domain.postings import AVAILABLE, EXPIRY, PENDING, Movement
from points_svc.domain.presence import Presence
from points_svc.domain.settling import end_waiting, lose, pay_deficit, say_activated

KIND = "inactivity"


def judge_absence(book: Book, presence: Presence) -> None:
    """Take what is lost by now from the loaded lots, each at the instant of its loss, and give back
    what a fact of before that instant would have kept. Points that were reinstated by hand are lost
    only to a later absence.
    """
    for lot in sorted(book.lots.values(), key=burn_order):
        if lot.away_since is None:
            _take(book, lot, presence)
        elif lot.expired:
            _give_back(book, lot, presence)
            _take(book, book.lots[lot.lot_id], presence)


def _take(book: Book, lot: Lot, presence: Presence) -> None:
    end = presence.lost_at(lot.counted_from or lot.occurred_at)
    if not lot.remaining or end is None or end > book.now:
        return
    if lot.has_ended(end):
        return
    if lot.is_pending and lot.available_from <= end:
        end_waiting(book, lot)
    take_away(book, book.lots[lot.lot_id], end)


def take_away(book: Book, lot: Lot, at: datetime) -> None:
    """Take what remains of a lot, for its member had been away too long at `at`."""
    if lot.remaining:
        lose(book, lot, at, KIND, PENDING if lot.is_pending else AVAILABLE)
        book.change_lot(replace(book.lots[lot.lot_id], away_since=at))


def _give_back(book: Book, lot: Lot, presence: Presence) -> None:
    end = presence.lost_at(lot.counted_from or lot.occurred_at)
    if end is not None and lot.away_since is not None and end <= lot.away_since:
        return
    assert lot.away_since is not None, "asked before"
    points, at = lot.expired, lot.away_since
    basis = packed(LotBasis(lot.lot_id, lot.available_from, lot.expires_at))
    side = PENDING if lot.is_pending else AVAILABLE
    fact_id = moment_id(at, KIND, "back", lot.lot_id)
    posting = book.post(
        Movement(KIND, EXPIRY, side, points, fact_id, at, basis=basis),
        [Portion(lot.lot_id, -points, expired=-points)],
    )
    book.change_lot(replace(book.lots[lot.lot_id], away_since=None))
    if not lot.is_pending:
        say_activated(book, lot, posting)
        pay_deficit(book, [lot.lot_id], fact_id)
