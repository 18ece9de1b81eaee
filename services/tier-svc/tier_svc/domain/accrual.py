"""What points-svc's accrual rules bring for each unit of money in a tier, as far as that can be
said without a purchase: what a simulation of a ladder costs in points (T7, P5).

Rules that hold for every purchase of a tier are counted; what only some purchases meet (a category,
a birthday), caps, campaigns and what is not given by money are left out, and named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Annotated, Any, NamedTuple

import msgspec

BEGINNING = datetime.min.replace(tzinfo=UTC)
BASE, MULTIPLIER, BONUS = PHASES = ("base", "multiplier", "bonus")
"""What is counted, as points-svc takes it; its caps are not."""
DEPTH_MAX = 8
"""Conditions that are nested deeper are not understood; points-svc refuses them."""
WHOLE_MAX = 1_000_000_000
DIGITS_MAX = 32
EXACT_ROUNDING = ("floor", "order")
"""A simulation rounds each purchase down, once."""

Decimal = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?$", max_length=DIGITS_MAX)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=WHOLE_MAX)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class RoundingTold(msgspec.Struct, frozen=True):
    """How fractions become points."""

    mode: str = "floor"
    level: str = "order"


class PointTypeTold(msgspec.Struct, frozen=True):
    """A point type, as far as it is asked for here."""

    point_type: str
    rounding: RoundingTold = RoundingTold()


class EffectTold(msgspec.Struct, frozen=True):
    """What a rule does; decimals as texts."""

    kind: str
    points: Decimal | Whole | None = None
    of: str = "net"
    by: Decimal | None = None
    multipliers: dict[str, Decimal] | None = None


class RuleTold(msgspec.Struct, frozen=True):
    """One rule. Without `when` it holds for everything."""

    rule: str
    point_type: str
    phase: str
    effect: EffectTold
    on: str = "purchase"
    when: dict[str, Any] | None = None
    priority: int = 0
    exclusive_group: str | None = None


class CampaignTold(msgspec.Struct, frozen=True):
    """A campaign; all its rules bring one point type."""

    campaign: str
    rules: list[RuleTold]


class DocumentTold(msgspec.Struct, frozen=True):
    """A version as it was written."""

    point_types: list[PointTypeTold]
    rules: list[RuleTold]
    campaigns: list[CampaignTold] = []


class RulesTold(msgspec.Struct, frozen=True):
    """A version of the accrual rules, as points-svc answers it; the first that was published has no
    `effective_from`.
    """

    version: int
    state: str
    effective_from: Moment | None
    document: DocumentTold


class LeftOut(NamedTuple):
    """What is not counted: a `rule`, a `campaign`, or the `rounding`."""

    kind: str
    name: str


class Accrual(NamedTuple):
    """By which rules a simulation rates: their version, and what of them it leaves out."""

    version: int
    point_type: str
    left_out: Sequence[LeftOut]


class Rates(NamedTuple):
    """What each of some tiers brings in points for a whole unit of money."""

    accrual: Accrual
    points_per_unit: Mapping[str, Fraction]


def in_force(versions: Iterable[RulesTold], now: datetime) -> RulesTold | None:
    """The version that rates now, if one was published."""
    begun = [
        one
        for one in versions
        if one.state == "published" and (one.effective_from or BEGINNING) <= now
    ]
    return max(begun, key=lambda one: (one.effective_from or BEGINNING, one.version), default=None)


def rates(rules: RulesTold, point_type: str, tiers: Iterable[str]) -> Rates | None:
    """What these tiers bring of a point type; nothing where the rules do not know it."""
    terms = {one.point_type: one for one in rules.document.point_types}.get(point_type)
    if terms is None:
        return None
    own = [one for one in rules.document.rules if one.point_type == point_type]
    left: dict[LeftOut, None] = {}
    per_unit = {tier: _rate(own, tier, left) for tier in tiers}
    for campaign in rules.document.campaigns:
        if any(one.point_type == point_type for one in campaign.rules):
            left[LeftOut("campaign", campaign.campaign)] = None
    rounding = (terms.rounding.mode, terms.rounding.level)
    if rounding != EXACT_ROUNDING:
        left[LeftOut("rounding", ", ".join(rounding))] = None
    return Rates(Accrual(rules.version, point_type, tuple(left)), per_unit)


def holds(when: object, tier: str, depth: int = DEPTH_MAX) -> bool | None:
    """Whether a condition holds for every purchase of a tier, or for none; nothing where that is
    not known without the purchase, or the condition is not understood.
    """
    if not isinstance(when, Mapping) or len(when) != 1 or not depth:
        return None
    ((name, said),) = when.items()
    if name == "not":
        inner = holds(said, tier, depth - 1)
        return None if inner is None else not inner
    if name not in {"tier", "all", "any"} or not isinstance(said, list) or not said:
        return None
    if name == "tier":
        return tier in said
    parts = [holds(part, tier, depth - 1) for part in said]
    decides: bool = name == "any"
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _rate(rules: Sequence[RuleTold], tier: str, left: dict[LeftOut, None]) -> Fraction:
    """Base, times all multipliers, plus bonuses; `left` hears of what cannot be said."""
    found: dict[str, list[RuleTold]] = {}
    for rule in _holding(rules, tier, left):
        found.setdefault(rule.phase, []).append(rule)
    rate = sum((_given(one, left) for one in found.get(BASE, ())), Fraction(0))
    for one in found.get(MULTIPLIER, ()):
        rate *= _factor(one, tier, left)
    for one in found.get(BONUS, ()):
        rate += _given(one, left)
    return rate


def _holding(rules: Sequence[RuleTold], tier: str, left: dict[LeftOut, None]) -> Iterator[RuleTold]:
    """Those that hold for every purchase of the tier, as points-svc takes them: the highest
    priority first, ties by name; of the base rules the first, and of each exclusive group of a
    phase. One that may hold takes no place.
    """
    taken: set[tuple[str, str | None]] = set()
    for rule in sorted(rules, key=lambda one: (-one.priority, one.rule)):
        is_held = True if rule.when is None else holds(rule.when, tier)
        is_rated = rule.on == "purchase" and rule.phase in PHASES
        group = (rule.phase, None if rule.phase == BASE else rule.exclusive_group)
        if is_held is False or (is_rated and group in taken):
            continue
        if is_held is None or not is_rated:
            left[LeftOut("rule", rule.rule)] = None
            continue
        if rule.phase == BASE or rule.exclusive_group:
            taken.add(group)
        yield rule


def _given(rule: RuleTold, left: dict[LeftOut, None]) -> Fraction:
    effect = rule.effect
    if (effect.kind, effect.of) == ("per_unit", "net") and effect.points is not None:
        return Fraction(effect.points)
    left[LeftOut("rule", rule.rule)] = None
    return Fraction(0)


def _factor(rule: RuleTold, tier: str, left: dict[LeftOut, None]) -> Fraction:
    effect = rule.effect
    if effect.kind == "by_tier" and effect.multipliers is not None:
        return Fraction(effect.multipliers.get(tier, "1"))
    if effect.kind == "multiply" and effect.by is not None:
        return Fraction(effect.by)
    left[LeftOut("rule", rule.rule)] = None
    return Fraction(1)


def decimal(rate: Fraction) -> str:
    """A rate as a decimal text; sums and products of decimals always end."""
    digits = 0
    while (rate * 10**digits).denominator != 1:
        digits += 1
    whole, rest = divmod(int(rate * 10**digits), 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)
