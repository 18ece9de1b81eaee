"""What of a purchase is left to come back: units, and money on the units that were kept (P7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import floor

from contracts.events.purchases import PurchaseLine, ReturnedLine
from contracts.ids import FactId, MemberId
from member_svc.domain.facts import Status
from member_svc.domain.refusals import ReturnExceedsPurchase

Units = tuple[ReturnedLine, ...]


@dataclass(frozen=True, slots=True, order=True)
class Take:
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
    """A line of a purchase: what was bought, the `units` kept, and what returns took of it."""

    bought: int
    net_minor: int
    units: int
    takes: tuple[Take, ...] = ()

    def less(self, take: Take) -> "Line":
        """The line after one more take."""
        return replace(self, units=self.units - take.quantity, takes=(*self.takes, take))

    def value_minor(self) -> Fraction:
        """What the kept units are still worth, exactly.

        Folded over the takes by (occurred_at, fact id): units take their share of what the line is
        worth then, money is taken from it, never below zero.
        """
        value, kept = Fraction(self.net_minor), self.bought
        for take in sorted(self.takes):
            if take.quantity:
                value *= Fraction(kept - take.quantity, kept)
                kept -= take.quantity
            value = max(Fraction(0), value - take.refund_minor)
        return value


Left = Mapping[str, Line]


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase under its lock: where it stands and what of it is left, in order of line id."""

    fact_id: FactId
    member_id: MemberId | None
    status: Status
    occurred_at: datetime
    left: Left

    def less(self, back: Decided) -> "Bought":
        """What is left once that return took its lines."""
        return replace(self, left=_less(dict(self.left), back))


def left_of(lines: Iterable[PurchaseLine], decided: Iterable[Decided]) -> Left:
    """What was bought, less what returns took; never negative."""
    left = {line.line_id: Line(line.quantity, line.net_minor, line.quantity) for line in lines}
    for back in decided:
        _less(left, back)
    assert all(line.units >= 0 for line in left.values()), "more came back than was bought"
    return left


def choose(left: Left, asked: Units | None) -> Units | ReturnExceedsPurchase:
    """What comes back: the named lines, or all units that are left.

    Refuses more than is left, and nothing at all. Money is left on a line while its kept units are
    worth something.
    """
    if asked is None:
        rest = tuple(
            ReturnedLine(line_id=name, quantity=line.units)
            for name, line in left.items()
            if line.units
        )
        return rest or ReturnExceedsPurchase(asked=0, left=0)
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
