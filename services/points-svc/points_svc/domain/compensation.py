"""How the entries of one purchase reach its lot and, where that is not enough, what else the member
has (P7, P14).
"""

from collections.abc import Sequence

from points_svc.domain.basis import Portion
from points_svc.domain.books import Book
from points_svc.domain.facts import Purchased
from points_svc.domain.lots import draw, sum_of
from points_svc.domain.postings import ADJUSTMENT, AVAILABLE, DEFICIT, EXPIRY, ISSUANCE, Movement
from points_svc.domain.rules import PointRule
from points_svc.domain.settling import expire_ended, pay_deficit
from points_svc.domain.targets import Change

FORGIVE = "forgive"


def bring(book: Book, purchase: Purchased, changes: Sequence[Change], shortfall: str) -> None:
    """Post the changes of one purchase. What gives goes before what takes, so the lots see their
    net.

    What takes draws on the purchase's own lot: what remains, then what of it has expired; then on
    other lots in burn order, never on held points; what is missing then becomes a deficit, or is
    forgiven. What is gained pays a deficit first; what belongs to a lot whose time is over then
    expires.
    """
    for change in changes:
        if change.gives > 0:
            _give(book, purchase, change)
    for change in changes:
        if change.gives <= 0:
            _take(book, purchase, change, shortfall)
    pay_deficit(book, [purchase.fact_id], purchase.fact_id)
    if book.lots[purchase.fact_id].has_ended(book.now):
        expire_ended(book)


def open_lot(book: Book, purchase: Purchased, rule: PointRule, points: int, basis: bytes) -> None:
    """Post a purchase's accrual, which is its lot. Its dates are computed once, from when it
    occurred (P2).

    Points that are available at once can be drawn on from when they are known, be a till's clock
    ahead of ours.
    """
    at = purchase.occurred_at
    book.post(
        Movement(
            "accrual",
            ISSUANCE,
            AVAILABLE,
            points,
            purchase.fact_id,
            at,
            purchase.rules.version,
            1,
            min(at, book.now),
            rule.expiry.ends(at, purchase.rules.zone),
            basis,
        )
    )


def _give(book: Book, purchase: Purchased, change: Change) -> None:
    book.post(
        _entry(purchase, change, ISSUANCE, AVAILABLE, change.gives),
        [Portion(purchase.fact_id, -change.gives)],
    )


def _take(book: Book, purchase: Purchased, change: Change, shortfall: str) -> None:
    lot = book.lots[purchase.fact_id]
    asked = -change.gives
    own = min(asked, lot.remaining)
    lost = min(asked - own, lot.expired)
    others = draw(
        (o for o in book.lots.values() if o.lot_id != lot.lot_id), asked - own - lost, book.now
    )
    portions = ([Portion(lot.lot_id, own)] if own else []) + others
    taken = sum_of(portions)
    missing = asked - taken - lost
    if taken or not asked:
        book.post(_entry(purchase, change, AVAILABLE, ISSUANCE, taken), portions)
    if lost:
        book.post(
            _entry(purchase, change, EXPIRY, ISSUANCE, lost),
            [Portion(lot.lot_id, 0, expired=-lost)],
        )
    if missing and shortfall == FORGIVE:
        book.post(
            _entry(purchase, change, ADJUSTMENT, ISSUANCE, missing)._replace(kind="forgiveness")
        )
    elif missing:
        book.post(_entry(purchase, change, DEFICIT, ISSUANCE, missing))


def _entry(purchase: Purchased, change: Change, debit: str, credit: str, points: int) -> Movement:
    return Movement(
        change.kind,
        debit,
        credit,
        points,
        change.fact_id,
        change.occurred_at,
        purchase.rules.version,
        change.revision,
        basis=change.basis,
    )
