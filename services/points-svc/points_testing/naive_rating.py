"""Rating as its description says it, in fractions, line by line: what compiled rules are compared
with. It reads the document itself and shares no code with them.
"""

from fractions import Fraction
from math import ceil, floor
from typing import Any

from points_svc.domain.basis import Line
from points_svc.domain.facts import Purchased
from points_svc.domain.worth import Keeps, Kept


class Naive:
    """Rules read straight from the document, line by line, in fractions."""

    def __init__(self, document: dict[str, Any], bought: Purchased, kept: Kept) -> None:
        self.document, self.basis = document, bought.basis
        self.lines = [
            (line, kept[line.line_id]) for line in bought.basis.lines if kept[line.line_id].units
        ]
        self.net = sum((keeps.net_minor for _, keeps in self.lines), Fraction(0))

    def holds(self, when: dict[str, Any], line: Line, keeps: Keeps) -> bool:
        ((name, value),) = when.items()
        basis, used = self.basis, self.basis.rate
        leaves = {
            "all": lambda: all(self.holds(part, line, keeps) for part in value),
            "any": lambda: any(self.holds(part, line, keeps) for part in value),
            "not": lambda: not self.holds(value, line, keeps),
            "category": lambda: line.category in value,
            "sku": lambda: line.sku in value,
            "store": lambda: basis.store_id in value,
            "payment": lambda: any(kind in value for kind in basis.payments),
            "tier": lambda: used.tier in value,
            "order_amount": lambda: self.net >= value["at_least_minor"],
            "line_amount": lambda: keeps.net_minor < value["below_minor"],
            "line_quantity": lambda: keeps.units >= value["at_least"],
            "first_purchase": lambda: used.is_first is value,
            "time": lambda: (
                value.get("weekdays", ["fri"]) == ["fri"]
                and value.get("first_on", "") <= "2026-05-01"
            ),
        }
        return leaves[name]()

    def ranked(self, phase: str) -> list[dict[str, Any]]:
        mine = [rule for rule in self.document["rules"] if rule["phase"] == phase]
        return sorted(mine, key=lambda rule: (-rule["priority"], rule["rule"]))

    def where(self, rule: dict[str, Any]) -> list[int]:
        asked = rule.get("when")
        return [
            n
            for n, (line, keeps) in enumerate(self.lines)
            if not asked or self.holds(asked, line, keeps)
        ]

    def exclusive(self, phase: str) -> list[tuple[dict[str, Any], list[int]]]:
        found, taken = [], set()
        for rule in self.ranked(phase):
            group = rule.get("exclusive_group")
            mine = [n for n in self.where(rule) if not group or (group, n) not in taken]
            taken |= {(group, n) for n in mine}
            if mine:
                found.append((rule, mine))
        return found

    def gives(self, effect: dict[str, Any], mine: list[int]) -> dict[int, Fraction]:
        points = Fraction(effect["points"])
        if effect["kind"] == "per_item":
            return {n: points * self.lines[n][1].units for n in mine}
        if effect["kind"] == "fixed":
            weights = {n: Fraction(self.lines[n][1].net_minor) for n in mine}
            if not any(weights.values()):
                weights = {n: Fraction(self.lines[n][1].units) for n in mine}
            return {n: points * weights[n] / sum(weights.values()) for n in mine}
        amounts = {n: Fraction(self.lines[n][1].net_minor) for n in mine}
        if effect.get("of") == "gross":
            for n in mine:
                line, keeps = self.lines[n]
                amounts[n] = (
                    Fraction(line.net_minor + line.discount_minor) * keeps.units / line.units
                )
        return {n: points * amounts[n] / 100 for n in mine}

    def by_line(self) -> list[int]:
        parts: list[dict[int, Fraction]] = []
        left = set(range(len(self.lines)))
        for rule in self.ranked("base"):
            mine = [n for n in self.where(rule) if n in left]
            left -= set(mine)
            if mine:
                parts.append(self.gives(rule["effect"], mine))
        for rule, mine in self.exclusive("multiplier"):
            effect = rule["effect"]
            by = effect.get("by") or effect["multipliers"].get(self.basis.rate.tier, "1")
            for part in parts:
                for n in part:
                    part[n] *= Fraction(by) if n in mine else 1
        parts += [self.gives(rule["effect"], mine) for rule, mine in self.exclusive("bonus")]
        points = self.rounded(parts)
        for rule in self.ranked("cap"):
            mine, most = self.where(rule), rule["effect"]["points"]
            have = sum(points[n] for n in mine)
            if have > most:
                cut = remainders({n: Fraction(points[n] * most, have) for n in mine}, most)
                points = [cut.get(n, own) for n, own in enumerate(points)]
        return points

    def rounded(self, parts: list[dict[int, Fraction]]) -> list[int]:
        rounding = self.document["point_types"][0]["rounding"]
        zero = dict.fromkeys(range(len(self.lines)), Fraction(0))
        sums = {n: sum((part.get(n, Fraction(0)) for part in parts), Fraction(0)) for n in zero}
        groups = {"order": [sums], "rule": parts, "line": [{n: sums[n]} for n in sums]}
        points = [0] * len(self.lines)
        for group in groups[rounding["level"]]:
            total = whole(rounding["mode"], sum(group.values(), Fraction(0)))
            for n, share in remainders(group, total).items():
                points[n] += share
        return points


def whole(mode: str, value: Fraction) -> int:
    if mode == "half_even":
        return round(value)
    return {"floor": floor(value), "ceil": ceil(value), "half_up": floor(value + Fraction(1, 2))}[
        mode
    ]


def remainders(shares: dict[int, Fraction], total: int) -> dict[int, int]:
    parts = {n: floor(share) for n, share in shares.items()}
    largest = sorted(shares, key=lambda n: (parts[n] - shares[n], n))
    for n in largest[: total - sum(parts.values())]:
        parts[n] += 1
    return parts
