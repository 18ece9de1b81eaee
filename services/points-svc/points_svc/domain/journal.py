"""The journal: what a transaction moved between accounts, summed by what finance asks for (P12).

One line a point type, kind, way, month of the fact and month of the lots' end. Postings are never
scanned for a report: the lines are written beside them, in their transaction.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from points_svc.domain.books import Book
from points_svc.domain.postings import Posting
from points_svc.domain.wall_time import month_around

NEVER, NO_LOT = "never", "none"
"""The month of the end: of lots that never end, and of what belongs to no lot (a deficit)."""


CLOSES_AFTER = timedelta(minutes=15)
"""From then on nothing comes into a period: clocks differ by ten minutes at most, and the longest
transaction ends within five.
"""
NOWHEN = datetime.min.replace(tzinfo=UTC)


class JournalKey(NamedTuple):
    """What the lines of a journal are summed by. Months are `YYYY-MM` in the programme's zone."""

    point_type: str
    kind: str
    debit: str
    credit: str
    occurred_month: str
    expiry_month: str


class JournalLine(NamedTuple):
    """So many points in so many postings. A posting over several lots is counted in the first's
    line.
    """

    key: JournalKey
    postings: int
    points: int


class Months:
    """The months of instants in a zone. Remembers the last one: most facts of a batch share it."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._name, self._from, self._to = "", NOWHEN, NOWHEN

    def of(self, at: datetime) -> str:
        """The month that an instant lies in, as `YYYY-MM`."""
        if not self._from <= at < self._to:
            self._name, self._from, self._to = month_around(at, self._zone)
        return self._name


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day that an instant lies in."""
    return at.astimezone(zone).date()


def journal(books: Iterable[Book], zone: ZoneInfo) -> list[JournalLine]:
    """What these accounts moved, summed and in the order of the keys."""
    occurred, expiry = Months(zone), Months(zone)
    sums: dict[tuple[str, ...], list[int]] = {}
    for book in books:
        for posting in book.postings:
            month, counted = occurred.of(posting.occurred_at), 1
            for end, moved in _ends(book, posting, expiry):
                key = (posting.point_type, posting.kind, posting.debit, posting.credit, month, end)
                line = sums.setdefault(key, [0, 0])
                line[0] += counted
                line[1] += moved
                counted = 0
    return [JournalLine(JournalKey(*key), *sums[key]) for key in sorted(sums)]


def _ends(book: Book, posting: Posting, months: Months) -> Iterable[tuple[str, int]]:
    """(month of the end, points) of each lot that a posting moved; what is left belongs to no
    lot.
    """
    if posting.available_from is not None:
        return ((_month(posting.expires_at, months), posting.points),)
    return _shares(book, posting, months)


def _shares(book: Book, posting: Posting, months: Months) -> Iterator[tuple[str, int]]:
    left = posting.points
    for share in book.shares.get(posting.part, ()):
        left -= share.points
        yield _month(share.expires_at, months), share.points
    assert left >= 0, "the lots moved more than was posted"
    if left or not posting.points:
        yield NO_LOT, left


def _month(ends_at: datetime | None, months: Months) -> str:
    return NEVER if ends_at is None else months.of(ends_at)
