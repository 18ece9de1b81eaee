"""What surprises in a document of rules and is not wrong: named when it is drafted, for people to
judge (P5).

Found by what conditions surely say: leaves that stand in every way to hold. Where that cannot be
told nothing is named, so a finding is true, and silence proves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from points_svc.domain.conditions_document import Condition
from points_svc.domain.rule_document import AccrualRule
from points_svc.domain.rules_document import RulesDocument

SINGLE = frozenset({"category", "sku", "brand", "store", "channel", "tier", "activity"})
"""Leaves of which a line or order has one value: two lists without a common one exclude."""
STACKED_MAX = 10


MILLION = 1_000_000


class Sure(NamedTuple):
    """What surely holds where a condition does: the values that are left of each leaf that has one,
    other leaves by what they say, whether an amount is asked for, and the local dates.
    """

    values: Mapping[str, frozenset[str]]
    said: frozenset[str]
    asks_amount: bool
    first_on: str
    last_on: str

    def excludes(self, other: "Sure") -> bool:
        """Whether both can never hold of one line; dates a day apart may, in different zones."""
        names = self.values.keys() & other.values.keys()
        return (
            any(not self.values[name] & other.values[name] for name in names)
            or self.last_on < other.first_on
            or other.last_on < self.first_on
        )

    def implies(self, asked: "Sequence[Asked]") -> bool:
        """Whether a condition surely holds too: all that it asks for stands here."""
        return all(
            one.text in self.said
            or (one.name in self.values and self.values[one.name] <= one.values)
            for one in asked
        )


class Asked(NamedTuple):
    """One of the leaves, or branches, that must all hold."""

    name: str
    text: str
    values: frozenset[str]


class Read(NamedTuple):
    """A rule, what its condition asks for, and what then surely holds: None where it contradicts
    itself.
    """

    rule: AccrualRule
    asked: Sequence[Asked]
    sure: Sure | None


class Finding(NamedTuple):
    """`rule` is what is found about it, `others` the rules that make it so."""

    code: str
    rule: str
    others: Sequence[str] = ()


def findings(document: RulesDocument) -> list[Finding]:
    """In the order of the rules: `contradicts_itself` (can never hold), `always_outranked` (another
    always takes its lines), `overlap` (who of equals rates a line is decided by their names),
    `unbounded` (points that no amount and no cap bounds), `stacked` (multipliers that may together
    exceed 10).
    """
    rules = [_read(rule) for rule in document.rules]
    found = [one for rule in rules for one in _of_rule(rule, rules)]
    return found + list(_overlaps(rules)) + list(_stacked(document))


def _of_rule(one: Read, rules: Sequence[Read]) -> Iterator[Finding]:
    sure = one.sure
    if sure is None:
        yield Finding("contradicts_itself", one.rule.rule)
        return
    for other in rules:
        if _ranks_above(other.rule, one.rule) and sure.implies(other.asked):
            yield Finding("always_outranked", one.rule.rule, [other.rule.rule])
            break
    if _is_unbounded(one, sure, rules):
        yield Finding("unbounded", one.rule.rule)


def _ranks_above(other: AccrualRule, rule: AccrualRule) -> bool:
    """Whether another takes a line from a rule where both hold."""
    is_rival = _compete(other, rule)
    return is_rival and (-other.priority, other.rule) < (-rule.priority, rule.rule)


def _compete(one: AccrualRule, other: AccrualRule) -> bool:
    if one is other or (one.point_type, one.on, one.phase) != (
        other.point_type,
        other.on,
        other.phase,
    ):
        return False
    in_group = one.exclusive_group is not None and one.exclusive_group == other.exclusive_group
    return one.phase == "base" or in_group


def _overlaps(rules: Sequence[Read]) -> Iterator[Finding]:
    for one, other in combinations(rules, 2):
        if not _compete(one.rule, other.rule) or one.rule.priority != other.rule.priority:
            continue
        if one.sure and other.sure and not one.sure.excludes(other.sure):
            yield Finding("overlap", one.rule.rule, [other.rule.rule])


def _stacked(document: RulesDocument) -> Iterator[Finding]:
    """Of each point type the largest factors that no group and no condition keeps apart."""
    for terms in document.point_types:
        largest: dict[str, tuple[int, str]] = {}
        for rule in document.rules:
            factor = _factor_times_million(rule)
            if rule.point_type == terms.point_type and rule.on == "purchase" and factor:
                key = f"group {rule.exclusive_group}" if rule.exclusive_group else rule.rule
                largest[key] = max(largest.get(key, (0, "")), (factor, rule.rule))
        product, scale = 1, 1
        for factor, _ in largest.values():
            product, scale = product * max(factor, MILLION), scale * MILLION
        if len(largest) > 1 and product > STACKED_MAX * scale:
            names = sorted(name for factor, name in largest.values() if factor > MILLION)
            yield Finding("stacked", names[0], names[1:])


def _factor_times_million(rule: AccrualRule) -> int:
    effect = rule.effect
    if effect.kind == "by_tier":
        return max(_millionths(text) for text in effect.multipliers.values())
    return _millionths(effect.by) if effect.kind == "multiply" else 0


def _millionths(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * MILLION + int(rest.ljust(6, "0"))


def _is_unbounded(one: Read, sure: Sure, rules: Sequence[Read]) -> bool:
    """Whether a fixed number of points comes with every fact, however small, and no cap is over
    it.
    """
    rule = one.rule
    if rule.effect.kind != "fixed" or not rule.effect.points or sure.asks_amount:
        return False
    return not any(
        cap.rule.phase == "cap"
        and (cap.rule.point_type, cap.rule.on) == (rule.point_type, rule.on)
        and sure.implies(cap.asked)
        for cap in rules
    )


def _read(rule: AccrualRule) -> Read:
    asked = [
        Asked(name, _text(name, value), frozenset(value if name in SINGLE else ()))
        for name, value in _conjuncts(rule.when)
    ]
    return Read(rule, asked, _sure(rule.when))


def _sure(when: Condition | None) -> Sure | None:
    """None where the condition contradicts itself."""
    values: dict[str, frozenset[str]] = {}
    said: set[str] = set()
    asks_amount, first_on, last_on = False, "", "~"
    for name, value in _conjuncts(when):
        said.add(_text(name, value))
        if name in SINGLE:
            values[name] = values.get(name, frozenset(value)) & frozenset(value)
        elif name in {"order_amount", "line_amount"}:
            asks_amount = asks_amount or bool(value.at_least_minor)
        elif name == "time":
            first_on = max(first_on, value.first_on or "")
            last_on = min(last_on, value.last_on or "~")
    if last_on < first_on or not all(values.values()):
        return None
    return Sure(values, frozenset(said), asks_amount, first_on, last_on)


def _text(name: str, value: object) -> str:
    return f"{name} {value!r}"


def _conjuncts(when: Condition | None) -> Iterator[tuple[str, Any]]:
    """The leaves that must all hold, and the branches that are not looked into."""
    if when is None:
        return
    name, value = when.said
    if name == "all":
        for part in value:
            yield from _conjuncts(part)
    else:
        yield name, value
