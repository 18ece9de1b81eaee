"""What a member has, judged now."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from chassis.tx import Conflict, Tx
from points_svc.domain.books import UTC_ZONE, Book
from points_svc.domain.rules_document import BURNABLE
from points_svc.domain.wall_time import first_day_without
from points_svc.handlers.judge_accounts import judge_accounts
from points_svc.store import accounts, programme

EXPIRING_MAX = 100


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
    books = await judge_accounts(tx, member_id, tx.now)
    if await accounts.accounts_of(tx, [member_id]) != [book.stored for book in books.all()]:
        raise Conflict("an account moved while it was read")
    rules = await programme.rule_book(tx)
    zone = rules.in_force(tx.now).zone if rules.versions else UTC_ZONE
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
