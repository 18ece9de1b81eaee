"""Balances at another moment: the fold of postings, nothing decided again (E2)."""

from collections.abc import Iterable
from typing import NamedTuple

from points_svc.domain.postings import AVAILABLE, DEFICIT, HELD, PENDING


class Moved(NamedTuple):
    """What the postings of one kind and way moved, summed."""

    point_type: str
    kind: str
    debit: str
    credit: str
    postings: int
    points: int


class Sides(NamedTuple):
    """What stands on each side of a member's account. A deficit is counted as it is owed."""

    available: int = 0
    held: int = 0
    pending: int = 0
    deficit: int = 0

    @property
    def balance(self) -> int:
        """What the member has, less what they owe."""
        return self.available + self.held + self.pending - self.deficit

    def plus(self, other: "Sides") -> "Sides":
        """Both, side by side."""
        return Sides(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def change(debit: str, credit: str, points: int) -> Sides:
    """What a movement adds to each side. Points that leave the deficit's account make it larger."""

    def of(side: str) -> int:
        return points * ((credit == side) - (debit == side))

    return Sides(of(AVAILABLE), of(HELD), of(PENDING), -of(DEFICIT))


def raw_sums(moved: Iterable[Moved]) -> Sides:
    """The fold as it is: what was known later may have taken points before they were there."""
    total = Sides()
    for one in moved:
        total = total.plus(change(one.debit, one.credit, one.points))
    return total


def netted(raw: Sides) -> Sides:
    """The fold as it is answered. Their sum stays: what is below zero in a hold or pending (clocks
    that differ) is taken from what is available, and available and deficit never both stand (E2).
    """
    held, pending = max(raw.held, 0), max(raw.pending, 0)
    free = raw.balance - held - pending
    return Sides(max(free, 0), held, pending, max(-free, 0))
