"""Rules compiled into a set that rates one point type (P5).

A set is prepared once, at publication. Rules that can hold only in certain stores, for certain
categories, on certain days … are found by index, so that those which cannot match cost nothing.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Literal, NamedTuple

from msgspec import Struct

from points_svc.domain.conditions import ANYTHING, Node
from points_svc.domain.effects import ONE, AtMost, Effect, Fixed, Multiply, PerItem, PerMinor, Scale
from points_svc.domain.rounding import FLOORED, Rounding
from points_svc.domain.scenes import BY_LINE, VALUES_AROUND, Around, Scene
from points_svc.domain.windows import ALWAYS

Phase = Literal["base", "multiplier", "bonus", "cap"]
PHASES: tuple[Phase, ...] = ("base", "multiplier", "bonus", "cap")
TIERS_MAX = 100
PICKED_MAX = 4_096
"""Combinations of candidates that a set remembers; beyond it, it begins anew."""


class Rule(NamedTuple):
    """One rule. Of one exclusive group at most one rule of a phase applies to a line."""

    name: str
    phase: Phase
    effect: Effect
    when: Node = ANYTHING
    priority: int = 0
    group: str | None = None

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts rules as they are applied: by phase, the highest priority first, ties by name."""
        return (PHASES.index(self.phase), -self.priority, self.name)

    @property
    def spans(self) -> bool:
        """Whether it is a cap that counts over purchases."""
        return isinstance(self.effect, AtMost) and self.effect.spans


class Plain:
    """One unconditional rate of the net amount, and factors by tier for all of it: the rules that
    need whole numbers alone.
    """

    def __init__(self, points_per_minor: Fraction, factors: Sequence[Multiply]) -> None:
        self._rate = points_per_minor
        self._factors = factors
        self._by_tier: dict[str, Fraction] = {}

    def per_minor(self, tier: str) -> Fraction:
        """Points per minor unit of net in a tier, exactly."""
        found = self._by_tier.get(tier)
        if found is None:
            found = self._rate
            for factor in self._factors:
                found *= factor.factor(tier)
            if len(self._by_tier) < TIERS_MAX:
                self._by_tier[tier] = found
        return found


class Picked(Struct, frozen=True, gc=False):
    """The rules that may hold for a scene, by phase, each in the order in which it applies."""

    base: Sequence[Rule]
    multiplier: Sequence[Rule]
    bonus: Sequence[Rule]
    cap: Sequence[Rule]


class Candidates:
    """The rules of one phase, and which of them are wanted: asked anew for each fact, of which many
    want the same.
    """

    def __init__(self, rules: Sequence[Rule], phase: Phase) -> None:
        self._rules = {1 << place: one for place, one in enumerate(rules) if one.phase == phase}
        self._all = sum(self._rules)
        self._picked: dict[int, Sequence[Rule]] = {}

    def of(self, wanted: int) -> Sequence[Rule]:
        """Those of the phase, in their order."""
        wanted &= self._all
        picked = self._picked.get(wanted)
        if picked is None:
            if len(self._picked) >= PICKED_MAX:
                self._picked.clear()
            picked = tuple(rule for place, rule in self._rules.items() if wanted & place)
            self._picked[wanted] = picked
        return picked


class RuleSet:
    """Rules that rate together, and how their points are rounded. Caps that span purchases are kept
    apart, in `spanning`: they rate nothing, they are decided.
    """

    def __init__(self, rules: Iterable[Rule], rounding: Rounding = FLOORED) -> None:
        ranked = sorted(rules, key=lambda rule: rule.rank)
        self.rules = tuple(rule for rule in ranked if not rule.spans)
        self.spanning = tuple(rule for rule in ranked if rule.spans)
        self.rounding = rounding
        self.scale = _scale(self.rules)
        self.gives = {
            rule.name: rule.effect.gives(self.scale)
            for rule in self.rules
            if isinstance(rule.effect, PerMinor | PerItem | Fixed)
        }
        self.fixed = {
            rule.name: self.scale.units(rule.effect.points)
            for rule in self.rules
            if isinstance(rule.effect, Fixed)
        }
        self.factors = {
            rule.name: rule.effect.factors(self.scale)
            for rule in self.rules
            if isinstance(rule.effect, Multiply)
        }
        self._always, self._tables = _indexed(self.rules)
        self._days, self._active = _sections(self.rules)
        self._phases = [Candidates(self.rules, phase) for phase in PHASES]
        self._plains: dict[int, Plain | None] = {}
        self._is_by_line = bool(BY_LINE & self._tables.keys())
        self._always_plain = None if self._tables or self._days else _plain(self.rules, rounding)

    @cached_property
    def reads(self) -> frozenset[str]:
        """Which of tier, segment and first_purchase any rule looks at."""
        rules = (*self.rules, *self.spanning)
        found = frozenset[str]().union(*(rule.when.reads for rule in rules))
        if any(isinstance(r.effect, Multiply) and r.effect.by_tier for r in self.rules):
            found |= {"tier"}
        return found

    def tells_apart(self, one: str, other: str) -> bool:
        """Whether two tiers can be rated differently: some rule reads tiers and does not treat
        them alike. What it tells apart may still be worth the same.
        """
        factors = (r.effect for r in self.rules if isinstance(r.effect, Multiply))
        return any(factor.factor(one) != factor.factor(other) for factor in factors) or any(
            leaf.name == "cel" or (one in leaf.value) is not (other in leaf.value)
            for rule in (*self.rules, *self.spanning)
            for leaf in rule.when.leaves()
            if "tier" in leaf.reads
        )

    def by_tier(self, tier: str) -> Fraction:
        """What rules without a condition multiply by in a tier."""
        found = ONE
        for rule in self.rules:
            if isinstance(rule.effect, Multiply) and rule.effect.by_tier and rule.when is ANYTHING:
                found *= rule.effect.factor(tier)
        return found

    def plain(self, around: Around) -> Plain | None:
        """The one rate, where what is around a fact already leaves no other rule that may hold."""
        if self._is_by_line or self._days or not self._tables:
            return self._always_plain
        wanted = self._always
        for name, table in self._tables.items():
            for value in VALUES_AROUND[name](around):
                wanted |= table.get(value, 0)
        if wanted not in self._plains:
            if len(self._plains) >= PICKED_MAX:
                self._plains.clear()
            self._plains[wanted] = _plain(self._wanted(wanted), self.rounding)
        return self._plains[wanted]

    def pick(self, scene: Scene) -> Picked:
        """The rules that may hold here, found by index."""
        wanted = self._always
        for name, table in self._tables.items():
            for value in scene.values_of(name):
                wanted |= table.get(value, 0)
        if self._days:
            day = scene.wall_time("programme").date()
            wanted &= self._active[bisect_right(self._days, day)]
        return Picked(*[candidates.of(wanted) for candidates in self._phases])

    def _wanted(self, wanted: int) -> Sequence[Rule]:
        return [rule for place, rule in enumerate(self.rules) if wanted >> place & 1]


def _scale(rules: Iterable[Rule]) -> Scale:
    units, parts = 1, 1
    for rule in rules:
        if isinstance(rule.effect, Multiply):
            factors = (*rule.effect.by_tier.values(), rule.effect.otherwise)
            parts = lcm(parts, *(factor.denominator for factor in factors))
        elif not isinstance(rule.effect, AtMost):
            units = lcm(units, rule.effect.points.denominator)
    return Scale(units, parts)


def _plain(rules: Sequence[Rule], rounding: Rounding) -> Plain | None:
    if rounding != FLOORED or any(rule.when is not ANYTHING or rule.group for rule in rules):
        return None
    bases = [rule.effect for rule in rules if rule.phase == "base"]
    factors = tuple(rule.effect for rule in rules if isinstance(rule.effect, Multiply))
    if len(bases) != 1 or len(factors) + 1 != len(rules):
        return None
    (rate,) = bases
    if not isinstance(rate, PerMinor) or rate.is_gross:
        return None
    return Plain(rate.points, factors)


def _indexed(rules: Sequence[Rule]) -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """Rules that are always asked, and those asked where a value of a leaf is there, as bits."""
    always, tables = 0, defaultdict[str, defaultdict[str, int]](lambda: defaultdict(int))
    for place, rule in enumerate(rules):
        if rule.when.keys is None:
            always |= 1 << place
        for name, value in rule.when.keys or ():
            tables[name][value] |= 1 << place
    return always, {name: dict(table) for name, table in tables.items()}


def _sections(rules: Sequence[Rule]) -> tuple[list[date], list[int]]:
    """The days on which a rule begins or is over, and the rules that may hold before the first of
    them, and from each on.
    """
    spans = [rule.when.span for rule in rules]
    if all(span == ALWAYS for span in spans):
        return [], []
    ends = {span.last + timedelta(days=1) for span in spans if span.last < date.max}
    days = sorted({span.first for span in spans} | ends)
    active = [
        sum(1 << place for place, s in enumerate(spans) if s.first <= day <= s.last)
        for day in (date.min, *days)
    ]
    return days, active
