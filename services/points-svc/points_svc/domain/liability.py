"""What the programme owes its members, by the month in which it ends (P12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from points_svc.domain.past import Moved, Sides, raw_sums
from points_svc.domain.postings import (
    ADJUSTMENT,
    AVAILABLE,
    BURN,
    DEFICIT,
    EXPIRY,
    HELD,
    ISSUANCE,
    PENDING,
)

IN_LOTS = frozenset({AVAILABLE, PENDING})
MEMBERS = IN_LOTS | {HELD}


class MonthMoved(NamedTuple):
    """What moved from one side to another of the lots that end in a month."""

    point_type: str
    expiry_month: str
    debit: str
    credit: str
    points: int


@dataclass
class Owed:
    """The lots that end in a month: what came in and where it went.

    granted − reversed − burned − expired + adjusted − paid − held = remaining. `expired` is the
    breakage: what was lost to time, less what of it a return took back. `paid` went to deficits.
    Burns that were cancelled and holds that ended do not count.
    """

    granted: int = 0
    reversed: int = 0
    burned: int = 0
    expired: int = 0
    adjusted: int = 0
    paid: int = 0
    held: int = 0
    remaining: int = 0

    def add(self, debit: str, credit: str, points: int) -> None:
        """Count a movement: once where it came from, once where it went."""
        self._count(debit, credit, -points)
        self._count(credit, debit, points)
        if debit == ISSUANCE:
            self.granted += points
        elif credit == ISSUANCE:
            self.reversed += points

    def plus(self, other: "Owed") -> "Owed":
        """Both together."""
        return Owed(*(mine + theirs for mine, theirs in zip(_of(self), _of(other), strict=True)))

    def _count(self, side: str, other: str, points: int) -> None:
        if side in IN_LOTS:
            self.remaining += points
        elif side == HELD:
            self.held += points
        elif side == BURN:
            self.burned += points
        elif side == EXPIRY:
            self.expired += points
        elif side == ADJUSTMENT and other in MEMBERS:
            self.adjusted -= points
        elif side == DEFICIT and other in MEMBERS:
            self.paid += points


class Liability(NamedTuple):
    """A point type's months, together, and what stands on the members' sides."""

    point_type: str
    months: tuple[tuple[str, Owed], ...]
    total: Owed
    accounts: Sides


def liability(moved: Iterable[MonthMoved], no_lot: str) -> list[Liability]:
    """The liability of each point type, its months in order. What belongs to no lot (`no_lot`) is a
    deficit, or was forgiven: it stands in the accounts alone.
    """
    by_type: dict[str, list[MonthMoved]] = {}
    for one in moved:
        by_type.setdefault(one.point_type, []).append(one)
    return [_of_type(name, by_type[name], no_lot) for name in sorted(by_type)]


def _of_type(point_type: str, moved: Iterable[MonthMoved], no_lot: str) -> Liability:
    months: dict[str, Owed] = {}
    flows: list[Moved] = []
    for one in moved:
        flows.append(Moved(point_type, "", one.debit, one.credit, 0, one.points))
        if one.expiry_month != no_lot:
            months.setdefault(one.expiry_month, Owed()).add(one.debit, one.credit, one.points)
    total = Owed()
    for owed in months.values():
        total = total.plus(owed)
    return Liability(point_type, tuple(sorted(months.items())), total, raw_sums(flows))


def _of(owed: Owed) -> tuple[int, ...]:
    return tuple(vars(owed).values())
