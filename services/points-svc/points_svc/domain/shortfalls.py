"""Shortfalls that stand for review: what a return could not take back, until staff say what becomes
of it (P7).

The reversal is posted whole; what was missing comes from `adjustment` under the kind `review`, as
what is forgiven does. Forgiving it posts nothing; owing it takes it after all, under the kind
`shortfall`.
"""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from points_svc.domain.basis import DecisionBasis, packed
from points_svc.domain.books import Book
from points_svc.domain.lots import draw, sum_of
from points_svc.domain.moments import moment_id
from points_svc.domain.postings import ADJUSTMENT, AVAILABLE, DEFICIT, Movement

STANDING, FORGIVEN, OWED = "open", "forgiven", "owed"


@dataclass(frozen=True)
class Shortfall:
    """Points that a return could not take back, and what became of them. The posting that says so
    names it.
    """

    member_id: str
    fact_id: str
    part: str
    point_type: str
    points: int
    occurred_at: datetime
    recorded_at: datetime
    state: str
    settled_at: datetime | None
    settled_by: str | None
    reason: str | None


def take_after_all(book: Book, points: int, name: str, by: DecisionBasis) -> None:
    """Take a shortfall from the lots that count now, in burn order; what they lack becomes a
    deficit.
    """
    fact_id = moment_id(book.now, "shortfall", name)
    portions = draw(book.lots.values(), points, book.now)
    taken = sum_of(portions)
    move = Movement("shortfall", AVAILABLE, ADJUSTMENT, taken, fact_id, book.now, basis=packed(by))
    if taken:
        book.post(move, portions)
    if points > taken:
        book.post(replace(move, debit=DEFICIT, points=points - taken))
