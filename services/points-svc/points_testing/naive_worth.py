"""What a fact is worth, read straight from the programme's document, in fractions and line by line:
the plainest reading of P5 and P7 for the naive ledger. Nothing here comes from the service.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any, NamedTuple


class Item(NamedTuple):
    """A line as it was bought."""

    line_id: str
    category: str
    units: int
    net_minor: int


class Gone(NamedTuple):
    """What came back of a line: units, or value alone."""

    line_id: str
    units: int
    refund_minor: int = 0


class Seen(NamedTuple):
    """What is known of a fact besides its lines."""

    tier: str = ""
    is_first: bool = False
    activity: str = ""
    segments: tuple[str, ...] = ()


class Kept(NamedTuple):
    """What is left of a line."""

    category: str
    units: int
    net: Fraction


@lru_cache(100_000)
def kept(items: Sequence[Item], returns: Sequence[Sequence[Gone]]) -> tuple[Kept, ...]:
    """Lines that still have units, after these returns in their order."""
    found = []
    for item in items:
        units, net = item.units, Fraction(item.net_minor)
        for gone in (gone for back in returns for gone in back if gone.line_id == item.line_id):
            less = min(units, gone.units)
            net = net * (units - less) / units if units else Fraction(0)
            units -= less
            net = max(Fraction(0), net - gone.refund_minor)
        if units:
            found.append(Kept(item.category, units, net))
    return tuple(found)


def holds(
    when: dict[str, Any] | None, line: Kept | None, order: Sequence[Kept], seen: Seen
) -> bool:
    """Whether a condition holds for a line of an order, or for an activity."""
    if when is None:
        return True
    ((leaf, value),) = when.items()
    if leaf == "all":
        return all(holds(part, line, order, seen) for part in value)
    if leaf == "not":
        return not holds(value, line, order, seen)
    if leaf == "order_amount":
        return bool(sum((one.net for one in order), Fraction(0)) >= value["at_least_minor"])
    if leaf == "first_purchase":
        return bool(seen.is_first is value)
    known = {"category": {line.category if line else ""}, "tier": {seen.tier}}
    known |= {"activity": {seen.activity}, "segment": set(seen.segments)}
    return bool(known[leaf] & set(value))


class Worth:
    """One point type of one document."""

    def __init__(self, document: dict[str, Any], point_type: str) -> None:
        mine = [rule for rule in document["rules"] if rule["point_type"] == point_type]
        mine.sort(key=lambda rule: (-rule.get("priority", 0), rule["rule"]))
        self.rules = [rule for rule in mine if rule.get("on", "purchase") == "purchase"]
        self.of_activities = [rule for rule in mine if rule.get("on") == "activity"]
        self.known: dict[tuple[tuple[Kept, ...], Seen], int] = {}

    def of_activity(self, seen: Seen) -> int:
        """What an activity brings."""
        rules = (r for r in self.of_activities if holds(r.get("when"), None, (), seen))
        return sum(rule["effect"]["points"] for rule in rules)

    def of_order(self, order: tuple[Kept, ...], seen: Seen) -> int:
        """What these lines bring together. The same question is answered the same."""
        if (order, seen) not in self.known:
            self.known[order, seen] = self._of_order(order, seen) if order else 0
        return self.known[order, seen]

    def _of_order(self, order: tuple[Kept, ...], seen: Seen) -> int:
        total = sum((self._of_line(line, order, seen) for line in order), Fraction(0))
        for rule in self._phase("bonus"):
            if any(holds(rule.get("when"), line, order, seen) for line in order):
                total += rule["effect"]["points"]
        caps = [rule["effect"]["points"] for rule in self._phase("cap")]
        return int(min([floor(total), *caps]))

    def _of_line(self, line: Kept, order: tuple[Kept, ...], seen: Seen) -> Fraction:
        mine = [r for r in self._phase("base") if holds(r.get("when"), line, order, seen)]
        points = Fraction(mine[0]["effect"]["points"]) * line.net / 100 if mine else Fraction(0)
        for rule in self._phase("multiplier"):
            if holds(rule.get("when"), line, order, seen):
                effect = rule["effect"]
                points *= Fraction(effect.get("by") or effect["multipliers"].get(seen.tier, "1"))
        return points

    def _phase(self, phase: str) -> Iterable[dict[str, Any]]:
        return (rule for rule in self.rules if rule["phase"] == phase)
