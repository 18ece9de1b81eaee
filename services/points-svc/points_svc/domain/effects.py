"""What rules do to the lines for which they hold (P5): give points, multiply them, or cut them.

Everything is counted in whole numbers over common denominators: points given in `unit`ths of a
point, factors in `part`ths. An amount is a fraction only where a line keeps a part of its units.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from points_svc.domain.scenes import Amount, Scene, bits

Give = Callable[[Scene, int, list[Amount]], None]
ONE = Fraction(1)


class Scale(NamedTuple):
    """The common denominators of a set of rules."""

    unit: int
    part: int

    def units(self, points: Fraction) -> int:
        """Points, in `unit`ths; exact by construction."""
        return int(points * self.unit)

    def parts(self, factor: Fraction) -> int:
        """A factor, in `part`ths; exact by construction."""
        return int(factor * self.part)


class PerMinor(NamedTuple):
    """So many points for each minor unit of a line's net or gross amount."""

    points: Fraction
    is_gross: bool = False

    def gives(self, scale: Scale) -> Give:
        """Adds each line's points."""
        rate = scale.units(self.points)

        def give(scene: Scene, lines: int, sums: list[Amount]) -> None:
            items = scene.items
            for bit in bits(lines):
                sums[bit] += items[bit].net_minor * rate

        def give_gross(scene: Scene, lines: int, sums: list[Amount]) -> None:
            items = scene.items
            for bit in bits(lines):
                sums[bit] += items[bit].gross_minor * rate

        return give_gross if self.is_gross else give


class PerItem(NamedTuple):
    """So many points for each unit of a line."""

    points: Fraction

    def gives(self, scale: Scale) -> Give:
        """Adds each line's points."""
        rate = scale.units(self.points)

        def give(scene: Scene, lines: int, sums: list[Amount]) -> None:
            for bit in bits(lines):
                sums[bit] += scene.items[bit].units * rate

        return give


class Fixed(NamedTuple):
    """So many points for the order, once, however many lines there are."""

    points: Fraction

    def gives(self, scale: Scale) -> Give:
        """Shares the points among the lines by their net amounts, or by units where all is free."""
        points = scale.units(self.points)

        def give(scene: Scene, lines: int, sums: list[Amount]) -> None:
            items = [(bit, scene.items[bit]) for bit in bits(lines)]
            weights: list[Amount] = [item.net_minor for _, item in items]
            if not sum(weights):
                weights = [item.units for _, item in items]
            if len(items) == 1:
                sums[items[0][0]] += points
                return
            total = sum(weights)
            for (bit, _), weight in zip(items, weights, strict=True):
                sums[bit] += Fraction(points * weight, total)

        return give


class Multiply(NamedTuple):
    """A factor by tier; a tier that is not named has `otherwise`."""

    by_tier: Mapping[str, Fraction]
    otherwise: Fraction = ONE

    def factor(self, tier: str) -> Fraction:
        """What points are multiplied by."""
        return self.by_tier.get(tier, self.otherwise)

    def factors(self, scale: Scale) -> Callable[[str], int]:
        """The factor of each tier, in `part`ths."""
        parts = {tier: scale.parts(factor) for tier, factor in self.by_tier.items()}
        otherwise = scale.parts(self.otherwise)
        return lambda tier: parts.get(tier, otherwise)


class AtMost(NamedTuple):
    """The lines bring at most so many whole points together: of an order, or of all that a member
    has `per` period.
    """

    points: int
    per: str = "order"

    @property
    def spans(self) -> bool:
        """Whether it counts over purchases."""
        return self.per != "order"


Giving = PerMinor | PerItem | Fixed
Effect = Giving | Multiply | AtMost
