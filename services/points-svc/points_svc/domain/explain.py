"""Why a posting is what it is: facts, version, what was known of the member, every rule considered,
and the arithmetic step by step in exact fractions (E5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import reduce
from operator import mul

from points_svc.domain import rating, worth
from points_svc.domain.basis import ChangeBasis, DecisionBasis, Rate
from points_svc.domain.considered import Considered, considered, left_out
from points_svc.domain.effects import PerMinor
from points_svc.domain.facts import Purchased, Returned
from points_svc.domain.rating import Tally
from points_svc.domain.rules import PointRule

ROUNDED = {
    "floor": "floored",
    "ceil": "rounded_up",
    "half_up": "rounded_half_up",
    "half_even": "rounded_half_even",
}


@dataclass(frozen=True)
class FactNamed:
    """A fact that a posting rests on."""

    fact_id: str
    kind: str
    occurred_at: datetime


@dataclass(frozen=True)
class TierUsed:
    """The tier that rated a fact, what it multiplied all of it by, and the told interval that said
    so.
    """

    tier: str
    multiplier: str
    because: str
    told_from: datetime | None
    told_seq: int | None


@dataclass(frozen=True)
class Step:
    """One step of the arithmetic; `value` is exact, a whole number or a fraction."""

    step: str
    value: str


@dataclass(frozen=True)
class LineShare:
    """A line's part of the whole points. It explains; it is not a lot."""

    line_id: str
    net_minor: int
    units: int
    kept: int
    exact: str
    points: int


@dataclass(frozen=True)
class Explanation:
    """What a posting rests on. What does not apply is empty."""

    facts: Sequence[FactNamed] = ()
    tier: TierUsed | None = None
    rules: Sequence[Considered] = ()
    steps: Sequence[Step] = ()
    lines: Sequence[LineShare] = ()
    decision: DecisionBasis | None = None


@dataclass(frozen=True)
class Valued:
    """What of a fact is kept, and what that is worth of a point type."""

    purchase: Purchased
    rule: PointRule
    used: Rate
    kept: worth.Kept
    tally: Tally

    @classmethod
    def of(cls, purchase: Purchased, rule: PointRule, used: Rate, kept: worth.Kept) -> "Valued":
        """Rated again, exactly as it was."""
        scene = worth.scene(purchase, purchase.around(used), kept)
        tally = rating.tally(purchase.set_of(rule), scene)
        return cls(purchase, rule, used, kept, tally)

    def points(self) -> int:
        """Whole points."""
        return 0 if self.purchase.is_foreign else sum(rating.by_line(self.tally))


def accrual(purchase: Purchased, rule: PointRule) -> Explanation:
    """Why a fact brought what it brought when it was first posted, or would bring."""
    valued = Valued.of(purchase, rule, purchase.basis.rate, worth.all_of(purchase))
    return Explanation(
        facts=[_named(purchase)],
        tier=_tier(valued),
        rules=list(_rules(valued)),
        steps=list(_steps(valued, "")),
        lines=_shares(valued),
    )


def change(
    fact_id: str,
    basis: ChangeBasis,
    purchase: Purchased,
    rule: PointRule,
    returns: Mapping[str, Returned],
) -> Explanation:
    """Why a reversal or re-rating was posted: what the fact should stand at, less what it stood at,
    by what was known of the member and the returns that were known then.
    """
    taken = [returns[known] for known in basis.returns]
    counted = taken[: basis.returns.index(fact_id) + 1] if fact_id in basis.returns else []
    kept = worth.all_of(purchase)
    for back in counted[:-1]:
        kept = worth.less(kept, back.lines)
    valued = Valued.of(purchase, rule, basis.rate, kept)
    steps = list(_steps(valued, "before_" if counted else ""))
    if counted:
        kept = worth.less(kept, counted[-1].lines)
        valued = Valued.of(purchase, rule, basis.rate, kept)
        steps += _steps(valued, "after_")
    steps += [
        Step("target", str(basis.target)),
        Step("already_posted", str(basis.posted)),
        Step("difference", str(basis.target - basis.posted)),
    ]
    facts = [FactNamed(r.fact_id, "return", r.occurred_at) for r in counted]
    return Explanation(
        facts=[_named(purchase), *facts],
        tier=_tier(valued),
        rules=list(_rules(valued)),
        steps=steps,
        lines=_shares(valued),
    )


def _named(purchase: Purchased) -> FactNamed:
    kind = "activity" if purchase.is_activity else "purchase"
    return FactNamed(purchase.fact_id, kind, purchase.occurred_at)


def _tier(valued: Valued) -> TierUsed:
    used = valued.used
    if valued.purchase.basis.is_before_enrolment:
        because = "before_enrolment"
    else:
        because = "told" if used.told_seq else "nothing_told"
    sets = valued.purchase.set_of(valued.rule)
    multiplier = str(sets.by_tier(used.tier))
    return TierUsed(used.tier, multiplier, because, used.told_from, used.told_seq or None)


def _rules(valued: Valued) -> Iterator[Considered]:
    """The rules of the version: those about this point type and kind of fact, then the others."""
    purchase, mine = valued.purchase, valued.rule
    asked = purchase.set_of(mine)
    if purchase.is_foreign:
        yield from left_out(asked.rules, "other_currency")
    else:
        yield from considered(valued.tally, rating.before_caps(valued.tally))
    other = mine.purchases if purchase.is_activity else mine.activities
    yield from left_out(other.rules, "other_kind")
    for rule in purchase.rules.points:
        if rule is not mine:
            yield from left_out((*rule.purchases.rules, *rule.activities.rules), "other_point_type")


def _steps(valued: Valued, prefix: str) -> Iterator[Step]:
    """Net of what is kept, times rates and multipliers, plus bonuses, rounded, capped."""
    found, per_unit = valued.tally, valued.purchase.rules.minor_per_unit
    one = Fraction(1, found.denominator)
    if not valued.purchase.is_activity:
        yield Step(f"{prefix}net_minor", str(worth.net_minor(valued.kept)))
    if valued.purchase.is_foreign:
        yield Step(f"{prefix}other_currency", "0")
        return
    for given in found.base:
        effect = given.rule.effect
        if isinstance(effect, PerMinor) and len(found.base) == 1:
            yield Step(f"{prefix}points_per_{per_unit}_minor", str(effect.points * per_unit))
    if all(times.lines == found.scene.full for times in found.multiplied):
        factors = (Fraction(times.factor, found.rules.scale.part) for times in found.multiplied)
        yield Step(f"{prefix}multiplier", str(reduce(mul, factors, Fraction(1))))
    for bonus in found.bonuses:
        yield Step(f"{prefix}bonus_{bonus.rule.name}", str(sum(bonus.sums) * one))
    yield Step(f"{prefix}exact", str(sum(found.sums) * one))
    whole, points = sum(rating.before_caps(found)), valued.points()
    yield Step(f"{prefix}{ROUNDED[found.rules.rounding.mode]}", str(whole))
    if points != whole:
        yield Step(f"{prefix}capped", str(points))


def _shares(valued: Valued) -> list[LineShare]:
    """Every line as bought; one of which nothing is kept has no share."""
    found, is_foreign = valued.tally, valued.purchase.is_foreign
    exact = {
        item.line_id: Fraction(0)
        if is_foreign
        else Fraction(value) * Fraction(1, found.denominator)
        for item, value in zip(found.scene.items, found.sums, strict=True)
    }
    whole = {
        item.line_id: 0 if is_foreign else points
        for item, points in zip(found.scene.items, rating.by_line(found), strict=True)
    }
    return [
        LineShare(
            line.line_id,
            line.net_minor,
            line.units,
            valued.kept[line.line_id].units,
            str(exact.get(line.line_id, 0)),
            whole.get(line.line_id, 0),
        )
        for line in valued.purchase.basis.lines or ()
    ]
