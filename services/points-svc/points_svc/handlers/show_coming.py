"""What time will do to a member's points."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.books import Book
from points_svc.domain.lots import NEVER, Lot
from points_svc.handlers.judge_accounts import judge_accounts
from points_svc.handlers.load_presence import load_presence

COMING_MAX = 200


@dataclass(frozen=True)
class Coming:
    """What becomes of what remains of a lot, if nothing else happens: it becomes `available`, is
    `forfeited`, `expires`, or is `lost` because its member was away too long.
    """

    at: datetime
    point_type: str
    lot_id: str
    points: int
    change: str


async def show_coming(tx: Tx, member_id: str) -> list[Coming]:
    """The next changes of a member's lots, the soonest first, judged now; at most 200. What is held
    is not there to be lost. Changes nothing. Refusals: MemberNotFound.
    """
    books = await judge_accounts(tx, member_id, tx.now)
    await load_presence(tx, books, is_ahead=True)
    found = [
        one for book in books.all() for lot in book.lots.values() for one in _changes(book, lot)
    ]
    return sorted(found, key=lambda one: (one.at, one.point_type, one.lot_id))[:COMING_MAX]


def _changes(book: Book, lot: Lot) -> Iterator[Coming]:
    if not lot.remaining:
        return
    lost_at = book.presence.lost_at(lot.counted_from or lot.occurred_at) if book.presence else None
    end = min(lot.expires_at or NEVER, lost_at or NEVER)
    if lot.is_pending and lot.available_from < end:
        change = "forfeited" if lot.forfeits else "available"
        yield _coming(book, lot, lot.available_from, change)
        if lot.forfeits:
            return
    if end < NEVER:
        yield _coming(book, lot, end, "lost" if end == lost_at else "expires")


def _coming(book: Book, lot: Lot, at: datetime, change: str) -> Coming:
    return Coming(at, book.point_type, lot.lot_id, lot.remaining, change)
