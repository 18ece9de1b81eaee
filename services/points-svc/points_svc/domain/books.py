"""Accounts while one transaction works on them: what is posted, drawn and said adds up here before
it is stored.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from contracts.events.base import Event
from contracts.ids import EventId, MemberId, PointType
from points_svc.domain.basis import Portion
from points_svc.domain.lot_terms import LotTerm
from points_svc.domain.lots import OPEN, Lot, Share, Unread, earlier, oldest
from points_svc.domain.lots import PENDING as WAITING
from points_svc.domain.postings import (
    AVAILABLE,
    DEFICIT,
    HELD,
    NO_HEAD,
    PENDING,
    Draw,
    Movement,
    Posting,
    chained,
    part_of,
)
from points_svc.domain.presence import Presence

UTC_ZONE = ZoneInfo("UTC")


class Account(NamedTuple):
    """One member's points of one point type, as stored.

    `seq` counts its postings and guards every write; `turn` counts what changes how its facts are
    rated, so that a batch which read before loses its race. `open_from` and `never_from` are lower
    bounds of the age of lots that have something left, those that expire and those that never do.
    `due_at`: when time has something to do next, at the earliest: a lot becomes available or ends,
    or the member has been away too long.
    """

    member_id: str
    point_type: str
    available: int = 0
    pending: int = 0
    held: int = 0
    deficit: int = 0
    seq: int = 0
    turn: int = 0
    open_from: datetime | None = None
    never_from: datetime | None = None
    due_at: datetime | None = None
    head: bytes = NO_HEAD
    is_stored: bool = False


class Book:
    """One open account. Every change goes through `post`, so balances, lots, draws and the chain
    stay in step.
    """

    def __init__(self, account: Account, books: "Books") -> None:
        self.stored = account
        self.say: Callable[[Event], None] = books.said.append
        self.now = books.now
        self.version = books.version
        self.member_id = account.member_id
        self.point_type = account.point_type
        self.balance = {
            AVAILABLE: account.available,
            PENDING: account.pending,
            HELD: account.held,
            DEFICIT: account.deficit,
        }
        self.seq = account.seq
        self.head = account.head
        self.open_from = account.open_from
        self.never_from = account.never_from
        self.due_at = account.due_at
        self.lots: dict[str, Lot] = {}
        self.unread: Unread | None = None
        self.postings: list[Posting] = []
        self.draws: list[Draw] = []
        self.shares: dict[str, list[Share]] = {}
        self.terms: list[LotTerm] = []
        self.presence: Presence | None = None

    @property
    def available(self) -> int:
        """What can be burned, once what has ended is expired."""
        return self.balance[AVAILABLE]

    @property
    def deficit(self) -> int:
        """What could not be taken back so far."""
        return self.balance[DEFICIT]

    def load(self, lots: Iterable[Lot]) -> None:
        """Lots that this transaction may draw on."""
        for lot in lots:
            self.lots[lot.lot_id] = lot

    def post(
        self, move: Movement, portions: Sequence[Portion] = (), shares: Sequence[Portion] = ()
    ) -> Posting:
        """Post a movement and draw its portions from their lots (negative: give back).

        `shares` say whose points move where none are drawn now: a capture's left their lots when
        they were held.
        """
        self._move(move)
        self.seq += 1
        is_lot = move.available_from is not None
        part = self.point_type if is_lot else part_of(self.point_type, self.seq)
        fields = (
            self.member_id,
            move.fact_id,
            part,
            self.point_type,
            move.kind,
            move.debit,
            move.credit,
            move.points,
            move.occurred_at,
            self.now,
            move.rule_version,
            move.revision,
            move.available_from,
            move.expires_at,
            self.seq,
            self.balance[AVAILABLE],
            move.basis,
        )
        self.head = chained(self.head, fields)
        posting = Posting._make((*fields, self.head))
        self.postings.append(posting)
        if is_lot:
            self._open(posting)
        for portion in portions:
            self._draw(posting, portion)
        if portions or shares:
            self.shares[part] = [self._share(portion) for portion in portions or shares]
        return posting

    def change_lot(self, lot: Lot) -> None:
        """Keep what holds of a lot's time from the last posting on: its dates and its stage. What
        was posted stays as it was.
        """
        self.lots[lot.lot_id] = lot
        self.terms.append(LotTerm.of(lot, self.member_id, self.point_type, self.seq, self.now))
        if lot.remaining:
            self._reach_back_to(lot)

    def account(self) -> Account:
        """The account as it is to be stored."""
        balance, stored = self.balance, self.stored
        return Account(
            self.member_id,
            self.point_type,
            balance[AVAILABLE],
            balance[PENDING],
            balance[HELD],
            balance[DEFICIT],
            self.seq,
            stored.turn,
            self.open_from,
            self.never_from,
            self.due_at,
            self.head,
            stored.is_stored,
        )

    def close_spent(self) -> None:
        """Move the bounds up to the oldest lot with a rest. All are loaded, or in `unread`."""
        left = [lot for lot in self.lots.values() if lot.remaining]
        unread = self.unread or Unread(0, None, None)
        known = sum(lot.remaining for lot in left) + (unread.points or 0)
        if unread.points is not None:
            assert known == self.available + self.balance[PENDING], "a lot is not loaded"
        ends, never = oldest(left)
        self.open_from = earlier(ends, unread.open_from)
        self.never_from = earlier(never, unread.never_from)

    def _move(self, move: Movement) -> None:
        """Deficit is a debt: leaving it makes it larger, reaching it makes it smaller."""
        assert move.points >= 0, "an amount has no sign; debit and credit say which way it moves"
        balance = self.balance
        if move.debit in balance:
            balance[move.debit] += move.points if move.debit == DEFICIT else -move.points
            assert balance[move.debit] >= 0, f"{move.debit} below zero"
        if move.credit in balance:
            balance[move.credit] += -move.points if move.credit == DEFICIT else move.points
            assert balance[move.credit] >= 0, f"{move.credit} below zero"

    def _open(self, posting: Posting) -> None:
        assert posting.available_from is not None
        lot = Lot(
            posting.fact_id,
            posting.occurred_at,
            posting.available_from,
            posting.expires_at,
            posting.points,
            posting.points,
            0,
            WAITING if posting.credit == PENDING else OPEN,
        )
        self.lots[lot.lot_id] = lot
        if lot.granted:
            self._reach_back_to(lot)

    def _draw(self, posting: Posting, portion: Portion) -> None:
        lot = self.lots[portion.lot_id]
        lot = replace(
            lot, remaining=lot.remaining - portion.points, expired=lot.expired + portion.expired
        )
        assert lot.remaining >= 0, "more was drawn than the lot holds"
        assert lot.expired >= 0, "more was taken back than the lot lost"
        self.lots[lot.lot_id] = lot
        if portion.points < 0:
            self._reach_back_to(lot)
        self.draws.append(
            Draw(
                self.member_id,
                lot.lot_id,
                posting.fact_id,
                posting.part,
                self.point_type,
                portion.points,
                portion.expired,
            )
        )

    def _reach_back_to(self, lot: Lot) -> None:
        if lot.expires_at is None:
            self.never_from = earlier(self.never_from, lot.occurred_at)
        else:
            self.open_from = earlier(self.open_from, lot.occurred_at)
        self.due_at = earlier(self.due_at, lot.next_at)

    def _share(self, portion: Portion) -> Share:
        moved = abs(portion.points or portion.expired)
        return Share(self.lots[portion.lot_id].expires_at, moved)


class Books:
    """The accounts of one transaction. A member who has none of a type gets an empty one.

    `version` names the rules in force now, for what is said of decisions; `zone` is theirs, for the
    days and months of the journal.
    """

    def __init__(
        self,
        now: datetime,
        version: str,
        accounts: Iterable[Account] = (),
        zone: ZoneInfo = UTC_ZONE,
    ) -> None:
        self.now = now
        self.version = version
        self.zone = zone
        self.said: list[Event] = []
        self._books = {(a.member_id, a.point_type): Book(a, self) for a in accounts}

    def of(self, member_id: str, point_type: str) -> Book:
        """The open account of a member and point type."""
        book = self._books.get((member_id, point_type))
        if book is None:
            book = Book(Account(member_id, point_type), self)
            self._books[member_id, point_type] = book
        return book

    def all(self) -> list[Book]:
        """Every open account, by member and point type."""
        return self.those(lambda _: True)

    def written(self) -> list[Book]:
        """The accounts that have to be stored, by member and point type."""
        return self.those(lambda book: bool(book.postings) or book.due_at != book.stored.due_at)

    def those(self, wanted: Callable[[Book], bool]) -> list[Book]:
        """The open accounts for which it holds, by member and point type."""
        found = [key for key, book in self._books.items() if wanted(book)]
        return [self._books[key] for key in sorted(found)]


def said(book: Book, event_id: str, occurred_at: datetime) -> dict[str, Any]:
    """What every event of an account says."""
    return {
        "event_id": EventId(event_id),
        "member_id": MemberId(book.member_id),
        "occurred_at": occurred_at,
        "recorded_at": book.now,
        "version": book.version,
        "point_type": PointType(book.point_type),
    }
