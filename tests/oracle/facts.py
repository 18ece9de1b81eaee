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
    """`units` are (line_id, units) that came back; `refunds` (line_id, money) of units that are
    kept. A void is a return of all that is left at its purchase's own instant.
    """

    fact_id: str
    purchase_id: str
    occurred_at: datetime
    units: tuple[tuple[str, int], ...]
    refunds: tuple[tuple[str, int], ...] = ()


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


def kept_minor(purchase: Purchase, returns: Iterable[Return]) -> Fraction:
    """P7: what the kept units are worth, one return after another in business order: units take
    their share of what their line is worth by then, a refund its money, at most what is there.
    """
    worth = {line.line_id: Fraction(line.net_minor) for line in purchase.lines}
    kept = {line.line_id: line.units for line in purchase.lines}
    for back in sorted(returns, key=lambda r: (r.occurred_at, r.fact_id)):
        for line_id, units in back.units:
            worth[line_id] *= Fraction(kept[line_id] - units, kept[line_id])
            kept[line_id] -= units
        for line_id, money in back.refunds:
            worth[line_id] -= min(worth[line_id], money)
    return sum(worth.values(), Fraction(0))
