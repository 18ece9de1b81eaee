"""How exact fractions become whole points, and how whole points are shared out again (E6).

Values come as numerators over one common denominator: whole numbers where everything is kept,
fractions where a line keeps a part of its units.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from points_svc.domain.scenes import Amount

Mode = Literal["floor", "half_up", "half_even", "ceil"]
Level = Literal["order", "line", "rule"]


class Rounding(NamedTuple):
    """`order` rounds the sum once, `line` each line, `rule` what each base and bonus rule gives."""

    mode: Mode = "floor"
    level: Level = "order"

    def whole(self, numerator: Amount, denominator: int) -> int:
        """The whole points of a value that is not below zero. `half_even` and `half_up` differ at
        exact halves alone.
        """
        if self.mode == "ceil":
            return -int(-numerator // denominator)
        if self.mode == "half_up":
            return int((2 * numerator + denominator) // (2 * denominator))
        whole, rest = divmod(numerator, denominator)
        if self.mode == "half_even":
            whole += 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
        return int(whole)


FLOORED = Rounding()


def shared(numerators: Sequence[Amount], denominator: int, total: int) -> list[int]:
    """`total` in whole parts: each value floored, then one more to the largest remainders, equal
    ones in their order. `total` is at least the floors' sum, and not more than one a value above.
    """
    parts = [int(numerator // denominator) for numerator in numerators]
    missing = total - sum(parts)
    if missing:
        rests = [n - part * denominator for n, part in zip(numerators, parts, strict=True)]
        for place in sorted(range(len(parts)), key=lambda i: (-rests[i], i))[:missing]:
            parts[place] += 1
    return parts
