"""Lots that wait for an activity which names their purchase: a delivery, a first login (P4)."""

from datetime import datetime

from msgspec.structs import replace

from points_svc.domain.basis import LotBasis, Portion, packed
from points_svc.domain.books import Book
from points_svc.domain.lots import ACTIVATED, FORFEITED, Lot
from points_svc.domain.moments import moment_id
from points_svc.domain.passing import let_time_pass
from points_svc.domain.postings import AVAILABLE, EXPIRY, Movement
from points_svc.domain.settling import activate, pay_deficit, say_activated


def heed(book: Book, lot_id: str, kind: str, activity_fact_id: str, at: datetime) -> None:
    """Let a lot become available because of an activity, from `at` on (not before its purchase).

    Time goes first: a lot whose deadline has passed has become available or was forfeit then. An
    activity of before the deadline that comes late gives back what was forfeit, whose time may be
    over since; one from the deadline on changes nothing, nor does a second one.
    """
    if lot_id not in book.lots or book.lots[lot_id].awaits != kind:
        return
    let_time_pass(book)
    lot = book.lots[lot_id]
    at = max(at, lot.occurred_at)
    if at >= lot.available_from:
        return
    if lot.is_pending:
        activate(book, replace(lot, available_from=at), activity_fact_id)
    elif lot.stage == FORFEITED:
        _reclaim(book, lot, at, activity_fact_id)
    let_time_pass(book)


def _reclaim(book: Book, lot: Lot, at: datetime, activity_fact_id: str) -> None:
    """Give back at the deadline what was forfeit at it."""
    basis = LotBasis(lot.lot_id, at, lot.expires_at, None, activity_fact_id)
    lost = lot.expired
    posting = book.post(
        Movement(
            "reinstatement",
            EXPIRY,
            AVAILABLE,
            lost,
            moment_id(lot.available_from, "reinstatement", lot.lot_id),
            lot.available_from,
            basis=packed(basis),
        ),
        [Portion(lot.lot_id, -lost, expired=-lost)] if lost else [],
    )
    lot = replace(book.lots[lot.lot_id], stage=ACTIVATED, forfeits=False, available_from=at)
    book.change_lot(lot)
    say_activated(book, lot, posting, activity_fact_id)
    pay_deficit(book, [lot.lot_id], posting.fact_id)
