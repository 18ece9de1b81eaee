"""Whole points by the rule that brought them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from points_svc.domain import granted, rating, worth
from points_svc.domain.allowances import holding
from points_svc.domain.basis import Rate
from points_svc.domain.campaigns import cap_name
from points_svc.domain.facts import Purchased
from points_svc.domain.rating import Tally
from points_svc.domain.rule_sets import PHASES
from points_svc.domain.rules import PointRule
from points_svc.domain.scenes import Amount, Scene


class Part(NamedTuple):
    """A rule of a phase, or a campaign (phase `campaign`); what belongs to none is `rest`."""

    phase: str
    rule: str

    @property
    def rank(self) -> tuple[int, str]:
        """Sorts parts as they come about."""
        return (ORDER.index(self.phase), self.rule)


ORDER = (*PHASES, "campaign", "rest")
REST = Part("rest", "")
"""What rounding makes of the exact sum, and returns that would have given points (P7)."""


def breakdown(
    purchase: Purchased, rule: PointRule, used: Rate, kept: worth.Kept, points: int
) -> Mapping[Part, int]:
    """The `points` of what is kept, by what brought them, in the order in which rules apply: each
    has what the sum, rounded down, rises by with it; caps have what they take, below zero. They
    sum to `points`.
    """
    found: Counter[Part] = Counter()
    scene = worth.scene(purchase, purchase.around(used), kept)
    if scene.full and not purchase.is_foreign:
        tally = rating.tally(purchase.set_of(rule), scene)
        found.update(dict(_brought(tally)))
        lines = rating.before_caps(tally)
        found[REST] += sum(lines) - found.total()
        _limit(found, purchase, tally, _cut(found, tally, lines))
        found.update(_given(purchase, rule, scene))
    found[REST] += points - found.total()
    return {part: points for part, points in found.items() if points}


def _brought(found: Tally) -> Iterator[tuple[Part, int]]:
    """What each rule adds to the sum of all lines, rounded down after it."""
    rules, scene = found.rules, found.scene
    denominator, whole = rules.scale.unit, 0
    sums: list[Amount] = [0] * len(scene.items)
    for one in found.base:
        rules.gives[one.rule.name](scene, one.lines, sums)
        before, whole = whole, int(sum(sums) // denominator)
        yield Part("base", one.rule.name), whole - before
    for times in found.multiplied:
        part = rules.scale.part
        denominator *= part
        sums = [
            each * (times.factor if times.lines >> bit & 1 else part)
            for bit, each in enumerate(sums)
        ]
        before, whole = whole, int(sum(sums) // denominator)
        yield Part("multiplier", times.rule.name), whole - before
    total = sum(sums)
    for one in found.bonuses:
        total += sum(one.sums)
        before, whole = whole, int(total // denominator)
        yield Part("bonus", one.rule.name), whole - before


def _cut(found: Counter[Part], tally: Tally, lines: list[int]) -> list[int]:
    """What is left of each line by the caps of the order."""
    for cut in tally.cuts:
        left = rating.limited(lines, cut.lines, cut.points)
        found[Part("cap", cut.rule.name)] += sum(left) - sum(lines)
        lines = left
    return lines


def _limit(found: Counter[Part], purchase: Purchased, tally: Tally, lines: list[int]) -> None:
    """What caps that span purchases take of what is left."""
    allowed = {one.name: one for one in purchase.basis.allowed}
    for cap, mask in holding(tally.rules.spanning, tally.scene):
        one = allowed.get(cap_name(cap.name))
        if one is not None:
            left = rating.limited(lines, mask, one.points)
            found[Part("cap", cap.name)] += sum(left) - sum(lines)
            lines = left


def _given(purchase: Purchased, rule: PointRule, scene: Scene) -> dict[Part, int]:
    """What campaigns give on top."""
    if not purchase.basis.allowed:
        return {}
    return {
        Part("campaign", stage.allowance.name): stage.now
        for stage in granted.reckoned(purchase, rule, scene).stages
        if stage.is_campaign
    }
