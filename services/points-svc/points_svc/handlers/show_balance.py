"""What a member has, judged now."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from chassis.tx import Conflict, Tx
from points_svc.domain.books import Book, Books
from points_svc.domain.holds import settle
from points_svc.domain.refusals import MemberNotFound
from points_svc.domain.rules_document import BURNABLE
from points_svc.domain.wall_time import first_day_without
from points_svc.handlers.load_lots import load_lots
from points_svc.handlers.load_named_lots import load_named_lots
from points_svc.store import accounts, holds, members, programme

EXPIRING_MAX = 100
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Balance:
    """One account as it is now; `expiring` are the days that are the first without so many
    points.
    """

    point_type: str
    available: int
    held: int
    pending: int
    deficit: int
    expiring: tuple[tuple[date, int], ...]


async def show_balance(tx: Tx, member_id: str) -> list[Balance]:
    """A member's accounts: lots and holds whose time is over count as over, whether or not a job
    has run. Changes nothing. Refusals: MemberNotFound.
    """
    stored = await accounts.accounts_of(tx, [member_id])
    if not stored and not await members.is_known(tx, member_id):
        raise MemberNotFound
    rules = await programme.rule_book(tx)
    zone = rules.in_force(tx.now).zone if rules.versions else UTC_ZONE
    books = Books(tx.now, "", stored)
    over = await holds.due_holds_of(tx, [member_id], tx.now)
    named = [(member_id, hold.point_type, lot.lot_id) for hold in over for lot in hold.lots]
    await load_named_lots(tx, books, named)
    await load_lots(tx, books.all())
    if await accounts.accounts_of(tx, [member_id]) != stored:
        raise Conflict("an account moved while it was read")
    for book in books.all():
        settle(book, [hold for hold in over if hold.point_type == book.point_type])
    for point_type in rules.point_types():
        books.of(member_id, point_type)
    ordered = sorted(books.all(), key=lambda book: (book.point_type != BURNABLE, book.point_type))
    return [_balance(book, zone) for book in ordered]


def _balance(book: Book, zone: ZoneInfo) -> Balance:
    days: Counter[date] = Counter()
    for lot in book.lots.values():
        if lot.expires_at and lot.remaining:
            days[first_day_without(lot.expires_at, zone)] += lot.remaining
    return Balance(
        book.point_type,
        book.balance["available"],
        book.balance["held"],
        book.balance["pending"],
        book.balance["deficit"],
        tuple(sorted(days.items())[:EXPIRING_MAX]),
    )
