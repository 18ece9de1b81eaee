"""What happened to one member, as a set of facts. Order of arrival is nobody's business here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True)
class Line:
    line_id: str
    net_minor: int
    units: int


@dataclass(frozen=True)
class Purchase:
    fact_id: str
    occurred_at: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Return:
    """`units` are (line_id, units) that came back."""

    fact_id: str
    purchase_id: str
    occurred_at: datetime
    units: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class History:
    enrolled_at: datetime
    purchases: tuple[Purchase, ...] = ()
    returns: tuple[Return, ...] = ()

    def purchase(self, fact_id: str) -> Purchase:
        return next(p for p in self.purchases if p.fact_id == fact_id)

    def effect_at(self, back: Return) -> datetime:
        """P7: the later of its own and its purchase's instant."""
        return max(back.occurred_at, self.purchase(back.purchase_id).occurred_at)

    def returns_of(self, purchase: Purchase) -> list[Return]:
        """In business order (P7)."""
        own = [r for r in self.returns if r.purchase_id == purchase.fact_id]
        return sorted(own, key=lambda r: (r.occurred_at, r.fact_id))

    def starts_at(self) -> datetime:
        return min([self.enrolled_at, *(p.occurred_at for p in self.purchases)])


def kept_units(purchase: Purchase, returns: Iterable[Return]) -> dict[str, int]:
    kept = {line.line_id: line.units for line in purchase.lines}
    for back in returns:
        for line_id, units in back.units:
            kept[line_id] -= units
    assert all(units >= 0 for units in kept.values()), "more came back than was bought"
    return kept


def net_minor(purchase: Purchase, kept: dict[str, int]) -> Fraction:
    """The net of what is kept: a line that keeps k of n units is worth net × k/n, exactly."""
    return sum(
        (Fraction(line.net_minor * kept[line.line_id], line.units) for line in purchase.lines),
        Fraction(0),
    )
