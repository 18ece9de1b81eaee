"""Baskets and rules for tests of rating, in few words."""

import json
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from points_svc.domain.conditions import ANYTHING, compiled
from points_svc.domain.conditions_document import Condition
from points_svc.domain.effects import AtMost, Effect, Fixed, Multiply, PerItem, PerMinor
from points_svc.domain.rule_sets import Phase, Rule
from points_svc.domain.scenes import Around, Item, Scene

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
"""Noon of a Friday in Shanghai."""


def item(
    net: str, category: str = "food", units: int = 1, sku: str = "s1", brand: str = "", **more: str
) -> Item:
    """A line; `net` and `gross` in whole currency units. Its id is its sku and category."""
    gross = Fraction(more.get("gross", net)) * 100
    return Item(
        f"{sku}-{category}", units, int(Fraction(net) * 100), int(gross), sku, category, brand
    )


def basket(*items: Item, zones: dict[str, ZoneInfo] | None = None, **around: Any) -> Scene:
    """A purchase of these lines, at noon on 1 May 2026 in Shanghai unless said otherwise."""
    return Scene(items, Around(**{"occurred_at": NOON, **around}), SHANGHAI, zones or {})


def rule(name: str, phase: Phase, effect: Effect, when: object = None, **more: Any) -> Rule:
    """A rule; `when` as written."""
    node = compiled(Condition.model_validate_json(json.dumps(when))) if when else ANYTHING
    return Rule(name, phase, effect, node, **more)


def spend(
    points: str, name: str = "spend", when: object = None, priority: int = 0, gross: bool = False
) -> Rule:
    """A base rule: so many points per whole unit."""
    per_minor = PerMinor(Fraction(points) * Fraction(1, 100), gross)
    return rule(name, "base", per_minor, when, priority=priority)


def times(factor: str, name: str = "times", when: object = None, **more: Any) -> Rule:
    """A multiplier."""
    return rule(name, "multiplier", Multiply({}, Fraction(factor)), when, **more)


def by_tier(name: str = "by_tier", **factors: str) -> Rule:
    """A multiplier by tier."""
    effect = Multiply({tier: Fraction(factor) for tier, factor in factors.items()})
    return rule(name, "multiplier", effect)


def plus(points: int, name: str = "plus", when: object = None, **more: Any) -> Rule:
    """A fixed bonus."""
    return rule(name, "bonus", Fixed(Fraction(points)), when, **more)


def each(points: str, name: str = "each", phase: Phase = "bonus", when: object = None) -> Rule:
    """So many points for each unit."""
    return rule(name, phase, PerItem(Fraction(points)), when)


def at_most(points: int, name: str = "at_most", when: object = None, **more: Any) -> Rule:
    """A cap."""
    return rule(name, "cap", AtMost(points), when, **more)
