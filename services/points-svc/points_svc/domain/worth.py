"""What a purchase is worth: exact fractions, floored once per order, explained by line (P5, E6)."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import floor

from points_svc.domain.basis import AccrualBasis, Line
from points_svc.domain.rules import PointRule, Rules

Kept = Mapping[str, int]


def all_of(lines: Iterable[Line]) -> dict[str, int]:
    """Every unit of every line, as bought."""
    return {line.line_id: line.units for line in lines}


def less(kept: Kept, units: Iterable[tuple[str, int]]) -> dict[str, int]:
    """What is kept after these units came back. More than was there counts as all that was
    there.
    """
    left = dict(kept)
    for line_id, quantity in units:
        if line_id in left:
            left[line_id] = max(0, left[line_id] - quantity)
    return left


def net_minor(lines: Iterable[Line], kept: Kept) -> Fraction:
    """The net of what is kept: a line that keeps k of n units counts net × k/n, exactly (P7)."""
    return sum(
        (Fraction(line.net_minor * kept[line.line_id], line.units) for line in lines), Fraction(0)
    )


@lru_cache(maxsize=10_000)
def factor(rules: Rules, rule: PointRule, tier: str) -> Fraction:
    """Points per minor unit of net in a tier, exactly."""
    return Fraction(rule.rate * rule.multiplier(tier), rules.minor_per_unit)


def points(basis: AccrualBasis, kept: Kept, per_minor: Fraction) -> int:
    """Whole points of what is kept: floored once per order, after the multiplier."""
    return floor(net_minor(basis.lines, kept) * per_minor)


def points_as_bought(basis: AccrualBasis, per_minor: Fraction) -> int:
    """`points` of everything, in whole numbers alone: the path of every plain purchase."""
    net = sum(line.net_minor for line in basis.lines)
    return net * per_minor.numerator // per_minor.denominator


def by_line(
    lines: Sequence[Line], kept: Kept, per_minor: Fraction
) -> list[tuple[Line, Fraction, int]]:
    """Each line's exact share and its whole points: floored, then one more to the largest
    remainders until they sum to the order's points; equal remainders in the order of the lines
    (E6). They explain, they are not lots.
    """
    exact = [
        Fraction(line.net_minor * kept[line.line_id], line.units) * per_minor for line in lines
    ]
    whole = [floor(share) for share in exact]
    missing = floor(sum(exact, Fraction(0))) - sum(whole)
    largest_first = sorted(range(len(lines)), key=lambda i: (whole[i] - exact[i], i))
    for i in largest_first[:missing]:
        whole[i] += 1
    return list(zip(lines, exact, whole, strict=True))
