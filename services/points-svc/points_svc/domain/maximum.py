"""The most that an account holds of a point type: decided when a fact is recorded, like every limit
that spans purchases (P5, E3).
"""

from points_svc.domain.basis import Allowance
from points_svc.domain.books import Book
from points_svc.domain.postings import AVAILABLE, DEFICIT, HELD, PENDING
from points_svc.domain.rules import PointRule

NAME = "maximum_balance"


def within_maximum(
    book: Book, rule: PointRule, points: int, allowed: tuple[Allowance, ...]
) -> tuple[int, tuple[Allowance, ...]]:
    """What a fact is given so that the account holds no more than its most, and what was allowed.

    The room is what is missing to the most, with what waits and what is held counted as there, and
    the deficit that would be paid first. It is kept with the fact, also where it cut nothing: no
    later rating gives the fact more. What campaigns were to give and there was no room for is not
    given back to their budgets.
    """
    most = rule.terms.maximum_balance
    if most is None:
        return points, allowed
    balance = book.balance
    have = balance[AVAILABLE] + balance[PENDING] + balance[HELD] - balance[DEFICIT]
    room = max(0, most - have)
    cut = max(0, points - room)
    return points - cut, (*allowed, Allowance(NAME, room, cut, NAME if cut else ""))
