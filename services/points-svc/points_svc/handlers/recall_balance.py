"""What a member had, or will have, at a moment, as it is known now or was known then."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chassis.tx import Conflict, Tx
from points_svc.domain.books import UTC_ZONE, Books
from points_svc.domain.past import Moved, Sides, netted, raw_sums
from points_svc.domain.refusals import MemberNotFound
from points_svc.domain.rules_document import BURNABLE
from points_svc.domain.wall_time import first_day_without
from points_svc.handlers.judge_accounts import judge_accounts
from points_svc.handlers.show_balance import EXPIRING_MAX, Balance
from points_svc.store import accounts, members, past, programme
from points_svc.store.past import LotThen


@dataclass(frozen=True)
class Recalled:
    """A balance of a point type, the sums that it is netted from, and what those were folded of."""

    balance: Balance
    raw: Sides
    moved: list[Moved]


async def recall_balance(
    tx: Tx, member_id: str, at: datetime, known_at: datetime | None
) -> list[Recalled]:
    """The fold of postings with effect by `at` and recorded by `known_at`; nothing is decided again
    (E2).

    Without `known_at` (or from now on) it is what is known now: what is over by then, or will be by
    a later `at`, counts as over. Changes nothing. Refusals: MemberNotFound.
    """
    books = Books(tx.now, "")
    if known_at is not None and known_at >= tx.now:
        known_at = None
    if known_at is None:
        books = await judge_accounts(tx, member_id, max(at, tx.now))
    elif not await members.is_known(tx, member_id):
        raise MemberNotFound
    moved = [*await past.moved_by(tx, member_id, at, known_at), *_moved(books, at)]
    lots = [*await past.lots_as_of(tx, member_id, at, known_at), *_lots(books, at)]
    if known_at is None:
        await _demand_unmoved(tx, member_id, books)
    rules = await programme.rule_book(tx)
    zone = rules.in_force(tx.now).zone if rules.versions else UTC_ZONE
    types = {*rules.point_types(), *(one.point_type for one in moved)}
    ordered = sorted(types, key=lambda name: (name != BURNABLE, name))
    return [_recalled(name, moved, lots, zone) for name in ordered]


async def _demand_unmoved(tx: Tx, member_id: str, books: Books) -> None:
    if await accounts.accounts_of(tx, [member_id]) != [book.stored for book in books.all()]:
        raise Conflict("an account moved while it was read")


def _moved(books: Books, at: datetime) -> Iterator[Moved]:
    """What is over, but was not posted yet."""
    for book in books.all():
        for row in book.postings:
            if row.occurred_at <= at:
                yield Moved(row.point_type, row.kind, row.debit, row.credit, 1, row.points)


def _lots(books: Books, at: datetime) -> Iterator[LotThen]:
    """What of lots is over, or came back to them, but was not posted yet."""
    for book in books.all():
        known = {(row.fact_id, row.part) for row in book.postings if row.occurred_at <= at}
        for draw in book.draws:
            ends_at = book.lots[draw.lot_id].expires_at
            if (draw.fact_id, draw.part) in known and ends_at and ends_at > at:
                yield LotThen(book.point_type, draw.lot_id, ends_at, -draw.points)


def _recalled(
    point_type: str, moved: Iterable[Moved], lots: Iterable[LotThen], zone: ZoneInfo
) -> Recalled:
    mine = [one for one in moved if one.point_type == point_type]
    raw = raw_sums(mine)
    days = _expiring([lot for lot in lots if lot.point_type == point_type], zone)
    return Recalled(Balance(point_type, *netted(raw), days), raw, mine)


def _expiring(lots: Iterable[LotThen], zone: ZoneInfo) -> tuple[tuple[date, int], ...]:
    left: Counter[tuple[datetime, str]] = Counter()
    for lot in lots:
        left[lot.expires_at, lot.lot_id] += lot.remaining
    days: Counter[date] = Counter()
    for (ends_at, _), remaining in left.items():
        if remaining > 0:
            days[first_day_without(ends_at, zone)] += remaining
    return tuple(sorted(days.items())[:EXPIRING_MAX])
