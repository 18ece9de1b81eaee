"""What time does to lots, judged at a moment (P3, P4)."""

from points_svc.domain.absence import judge_absence
from points_svc.domain.books import Book
from points_svc.domain.lots import burn_order
from points_svc.domain.settling import end_waiting, expire


def let_time_pass(book: Book) -> None:
    """Do to every loaded lot what time has done by now: what was pending becomes available, or is
    forfeit, at its own instant; what has ended expires, at its own end; what a member lost by being
    away too long goes, where that was looked up. What becomes available pays the deficit first,
    also where it has ended since.
    """
    if book.presence is not None:
        judge_absence(book, book.presence)
    due = [lot for lot in book.lots.values() if lot.is_due(book.now)]
    if any(lot.is_pending for lot in due):
        for lot in sorted(due, key=lambda one: (one.available_from, *burn_order(one))):
            if lot.is_pending:
                end_waiting(book, lot)
        due = [lot for lot in book.lots.values() if lot.is_due(book.now)]
    for lot in sorted(due, key=burn_order):
        assert lot.expires_at is not None, "a lot that waits no longer is due at its end"
        expire(book, lot, lot.expires_at)
