"""What of a purchase is left to come back: units, and money on the units that were kept (P7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import NamedTuple

from contracts.events.purchases import PurchaseLine, ReturnedLine
from contracts.ids import FactId, MemberId
from contracts.refusal import Refusal
from member_svc.domain.facts import Status
from member_svc.domain.refusals import ReturnExceedsPurchase, TooManyReturns

RETURNS_MAX = 500

Units = tuple[ReturnedLine, ...]


class Take(NamedTuple):
    """What one return took of one line: units, or money alone. Takes sort in business order."""

    occurred_at: datetime
    fact_id: FactId
    quantity: int
    refund_minor: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A return whose lines are decided."""

    occurred_at: datetime
    fact_id: FactId
    lines: Units


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a purchase: what was bought, the `units` kept, and what returns took of it, in
    business order.
    """

    bought: int
    net_minor: int
    units: int
    takes: tuple[Take, ...] = ()

    def less(self, take: Take) -> "Line":
        """The line after one more take."""
        return replace(
            self, units=self.units - take.quantity, takes=tuple(sorted((*self.takes, take)))
        )

    def value_minor(self) -> Fraction:
        """What the kept units are still worth, exactly.

        Folded over the takes by (occurred_at, fact id): units take their share of what the line is
        worth then, money is taken from it, never below zero. Shares are multiplied up, not reduced:
        a long history costs no greatest common divisor a step.
        """
        value, shares, kept = self.net_minor, 1, self.bought
        for take in self.takes:
            if take.quantity:
                value *= kept - take.quantity
                shares *= kept
                kept -= take.quantity
            value = max(0, value - take.refund_minor * shares)
        return Fraction(value, shares)


Left = Mapping[str, Line]


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase under its lock: where it stands, what of it is left, in order of line id, and how
    many returns took from it.
    """

    fact_id: FactId
    member_id: MemberId | None
    status: Status
    occurred_at: datetime
    left: Left
    returns: int = 0

    def less(self, back: Decided) -> "Bought":
        """What is left once that return took its lines."""
        return replace(self, left=_less(dict(self.left), back), returns=self.returns + 1)


def left_of(lines: Iterable[PurchaseLine], decided: Iterable[Decided]) -> Left:
    """What was bought, less what returns took; never negative."""
    left = {line.line_id: Line(line.quantity, line.net_minor, line.quantity) for line in lines}
    for back in decided:
        _less(left, back)
    assert all(line.units >= 0 for line in left.values()), "more came back than was bought"
    return left


def choose(bought: Bought, asked: Units | None) -> Units | Refusal:
    """What comes back: the named lines, or all units that are left.

    Refusals: ReturnExceedsPurchase for more than is left, and for nothing at all; money is left on
    a line while its kept units are worth something. TooManyReturns; the rest comes back all the
    same.
    """
    left = bought.left
    if asked is None:
        rest = tuple(
            ReturnedLine(line_id=name, quantity=line.units)
            for name, line in left.items()
            if line.units
        )
        return rest or ReturnExceedsPurchase(asked=0, left=0)
    if bought.returns >= RETURNS_MAX:
        return TooManyReturns(limit=RETURNS_MAX)
    refusals = (_excess(left.get(line.line_id), line) for line in asked)
    return next((refusal for refusal in refusals if refusal), asked)


def _excess(line: Line | None, asked: ReturnedLine) -> ReturnExceedsPurchase | None:
    units = line.units if line else 0
    if asked.quantity > units:
        return ReturnExceedsPurchase(asked=asked.quantity, left=units)
    if not asked.refund_minor:
        return None
    value = line.value_minor() if line else Fraction(0)
    if asked.refund_minor <= value:
        return None
    return ReturnExceedsPurchase(asked_minor=asked.refund_minor, left_minor=floor(value))


def _less(left: dict[str, Line], back: Decided) -> dict[str, Line]:
    for line in back.lines:
        take = Take(back.occurred_at, back.fact_id, line.quantity, line.refund_minor)
        left[line.line_id] = left[line.line_id].less(take)
    return left
