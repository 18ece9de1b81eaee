"""A document of rules, read into exact values by the settings that it is published under."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from points_svc.domain import campaigns_document, effects
from points_svc.domain.campaigns import Campaign, Campaigns
from points_svc.domain.campaigns_document import begins_at
from points_svc.domain.conditions import compiled as compiled_condition
from points_svc.domain.effects import Effect
from points_svc.domain.point_types_document import PointTypeTerms, expiry_of, terms_of
from points_svc.domain.programme import Settings
from points_svc.domain.rounding import Rounding
from points_svc.domain.rule_document import (
    AccrualRule,
    AtMost,
    ByTier,
    Fixed,
    Multiply,
    PerItem,
)
from points_svc.domain.rule_sets import Rule, RuleSet
from points_svc.domain.rules import PointRule, Rules
from points_svc.domain.rules_document import RulesDocument


def compiled(
    version: int, effective_from: datetime | None, document: RulesDocument, settings: Settings
) -> Rules:
    """The version as exact values: conditions as functions, rules sorted and indexed."""
    return Rules(
        version=version,
        effective_from=effective_from,
        zone=ZoneInfo(settings.zone),
        currency=settings.currency,
        minor_per_unit=10**settings.minor_units,
        base_tier=settings.base_tier,
        points=tuple(_point_rule(document, terms, settings) for terms in document.point_types),
        store_zones={name: ZoneInfo(store.zone) for name, store in settings.stores.items()},
        ladder=settings.ladder,
    )


def rule_set(rules: Iterable[AccrualRule], terms: PointTypeTerms, minor_per_unit: int) -> RuleSet:
    """These rules, prepared to rate together under the rounding of a point type."""
    return RuleSet(
        (compiled_rule(rule, minor_per_unit) for rule in rules),
        Rounding(terms.rounding.mode, terms.rounding.level),
    )


def compiled_rule(rule: AccrualRule, minor_per_unit: int) -> Rule:
    """One rule as exact values."""
    return Rule(
        rule.rule,
        rule.phase,
        _effect(rule, minor_per_unit),
        compiled_condition(rule.when),
        rule.priority,
        rule.exclusive_group,
    )


def _point_rule(document: RulesDocument, terms: PointTypeTerms, settings: Settings) -> PointRule:
    mine = [rule for rule in document.rules if rule.point_type == terms.point_type]
    purchases, activities = _by_kind(mine, terms, settings)
    return PointRule(
        terms.point_type,
        purchases,
        expiry_of(terms),
        terms.is_burnable,
        activities,
        terms_of(terms),
        Campaigns.of(
            _campaign(written, terms, settings)
            for written in document.campaigns
            if written.point_type == terms.point_type
        ),
    )


def _campaign(
    written: campaigns_document.Campaign, terms: PointTypeTerms, settings: Settings
) -> Campaign:
    """Dates begin and end at midnight in the programme's zone."""
    zone = ZoneInfo(settings.zone)
    purchases, activities = _by_kind(written.rules, terms, settings)
    return Campaign(
        written.campaign,
        written.point_type,
        begins_at(written.begins, zone),
        begins_at(written.ends, zone),
        written.budget,
        written.caps.said,
        purchases,
        activities,
        written.priority,
    )


def _by_kind(
    rules: Sequence[AccrualRule], terms: PointTypeTerms, settings: Settings
) -> Iterator[RuleSet]:
    """The rules for purchases, then those for activities."""
    for on in ("purchase", "activity"):
        yield rule_set((r for r in rules if r.on == on), terms, 10**settings.minor_units)


def _effect(rule: AccrualRule, minor_per_unit: int) -> Effect:
    written = rule.effect
    if isinstance(written, ByTier):
        return effects.Multiply({t: Fraction(by) for t, by in written.multipliers.items()})
    if isinstance(written, Multiply):
        return effects.Multiply({}, Fraction(written.by))
    if isinstance(written, AtMost):
        return effects.AtMost(written.points, written.per)
    if isinstance(written, Fixed):
        return effects.Fixed(Fraction(written.points))
    if isinstance(written, PerItem):
        return effects.PerItem(Fraction(written.points))
    per_minor = Fraction(written.points) * Fraction(1, minor_per_unit)
    return effects.PerMinor(per_minor, written.of == "gross")
