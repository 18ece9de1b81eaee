"""How the entries of one purchase reach its lot and, where that is not enough, what else the member
has (P7, P14).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from points_svc.domain.absence import take_away
from points_svc.domain.basis import Portion
from points_svc.domain.books import Book
from points_svc.domain.facts import Purchased
from points_svc.domain.lots import ACTIVATED, FORFEITED, OPEN, draw, earlier, sum_of
from points_svc.domain.passing import let_time_pass
from points_svc.domain.postings import (
    ADJUSTMENT,
    AVAILABLE,
    DEFICIT,
    EXPIRY,
    ISSUANCE,
    PENDING,
    Movement,
)
from points_svc.domain.rules import PointRule
from points_svc.domain.settling import forfeit, make_available, pay_deficit
from points_svc.domain.targets import Change
from points_svc.domain.wall_time import add_months

UNCOVERED = {"forgive": "forgiveness", "review": "review"}
"""The kinds under which a shortfall is posted that is forgiven, or stands until staff settle it."""


def bring(book: Book, purchase: Purchased, changes: Sequence[Change], shortfall: str) -> None:
    """Post the changes of one purchase. What gives goes before what takes, so the lots see their
    net.

    What takes draws on the purchase's own lot: what remains, also where that still waits, then what
    of it has expired; then on other lots in burn order, never on held points; what is missing then
    becomes a deficit, is forgiven, or stands for review. What is gained pays a deficit first; what
    belongs to a lot whose time is over then expires.
    """
    for change in changes:
        if change.gives > 0:
            _give(book, purchase, change)
    for change in changes:
        if change.gives <= 0:
            _take(book, purchase, change, shortfall)
    settle_lot(book, purchase.fact_id)


def settle_lot(book: Book, fact_id: str) -> None:
    """What a lot has gained pays a deficit first; what belongs to one whose time is over then
    expires.
    """
    pay_deficit(book, [fact_id], fact_id)
    if book.lots[fact_id].is_due(book.now):
        let_time_pass(book)


def open_lot(book: Book, purchase: Purchased, rule: PointRule, points: int, basis: bytes) -> None:
    """Post a purchase's accrual, which is its lot. Its dates are computed once, from when it
    occurred (P2).

    Points that are available at once can be drawn on from when they are known, be a till's clock
    ahead of ours. Others are pending until their date, also where that has passed: then time lets
    them become available at their own instant (P4).
    """
    at, zone, waits = purchase.occurred_at, purchase.rules.zone, rule.terms.availability
    is_at_once = waits.is_at_once or purchase.is_activity
    book.post(
        Movement(
            "accrual",
            ISSUANCE,
            AVAILABLE if is_at_once else PENDING,
            points,
            purchase.fact_id,
            at,
            purchase.rules.version,
            1,
            min(at, book.now) if is_at_once else waits.begins(at, zone),
            rule.expiry.ends(at, zone),
            basis,
        )
    )
    months = rule.terms.inactivity_months
    if months is not None:
        book.due_at = earlier(book.due_at, add_months(at, months, zone))
    if not is_at_once and waits.activity:
        lot = book.lots[purchase.fact_id]
        forfeits = waits.otherwise == "forfeit"
        book.change_lot(replace(lot, awaits=waits.activity, forfeits=forfeits))


def _give(book: Book, purchase: Purchased, change: Change) -> None:
    """Into the place of the purchase's lot: what waited there once becomes available at the lot's
    own instant, or is forfeit or lost with it.
    """
    lot = book.lots[purchase.fact_id]
    side = AVAILABLE if lot.stage == OPEN else PENDING
    book.post(
        _entry(purchase, change, ISSUANCE, side, change.gives),
        [Portion(purchase.fact_id, -change.gives)],
    )
    if lot.stage == ACTIVATED:
        make_available(book, lot, change.gives)
    elif lot.stage == FORFEITED:
        forfeit(book, book.lots[purchase.fact_id])
    if lot.away_since is not None and not lot.remaining:
        take_away(book, book.lots[purchase.fact_id], lot.away_since)


def _take(book: Book, purchase: Purchased, change: Change, shortfall: str) -> None:
    lot = book.lots[purchase.fact_id]
    asked = -change.gives
    own = min(asked, lot.remaining)
    lost = min(asked - own, lot.expired)
    others = draw(
        (o for o in book.lots.values() if o.lot_id != lot.lot_id), asked - own - lost, book.now
    )
    portions = [Portion(lot.lot_id, own)] if own else []
    if lot.is_pending and own:
        book.post(_entry(purchase, change, PENDING, ISSUANCE, own), portions)
        portions = []
    portions += others
    if portions or not asked:
        taken = sum_of(portions)
        book.post(_entry(purchase, change, AVAILABLE, ISSUANCE, taken), portions)
    if lost:
        book.post(
            _entry(purchase, change, EXPIRY, ISSUANCE, lost),
            [Portion(lot.lot_id, 0, expired=-lost)],
        )
    missing = asked - own - lost - sum_of(others)
    if missing:
        _owe(book, _entry(purchase, change, DEFICIT, ISSUANCE, missing), shortfall)


def _owe(book: Book, entry: Movement, shortfall: str) -> None:
    """Post what could not be taken back, by the programme's policy (P7)."""
    kind = UNCOVERED.get(shortfall)
    book.post(replace(entry, kind=kind, debit=ADJUSTMENT) if kind else entry)


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
