"""Why a posting is what it is: facts, version, what was known of the member, every rule considered,
and the arithmetic step by step in exact fractions (E5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import reduce
from operator import mul

from points_svc.domain import granted, rating, worth
from points_svc.domain.basis import ChangeBasis, DecisionBasis, Rate
from points_svc.domain.campaigns import CAP
from points_svc.domain.considered import Considered
from points_svc.domain.effects import PerMinor
from points_svc.domain.every_rule import every_rule
from points_svc.domain.facts import Purchased, Returned
from points_svc.domain.granted import Reckoning
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
class AllowanceUsed:
    """What a campaign, or a cap that spans purchases, was allowed when the fact was recorded: never
    more than `allowed`. It would have had `cut` besides, had it not been for `by`: `budget`, or the
    name of a cap. `gives` is what it gives here, or lets through.
    """

    name: str
    kind: str
    allowed: int
    cut: int
    by: str
    gives: int


@dataclass(frozen=True)
class Explanation:
    """What a posting rests on. What does not apply is empty."""

    facts: Sequence[FactNamed] = ()
    tier: TierUsed | None = None
    rules: Sequence[Considered] = ()
    steps: Sequence[Step] = ()
    lines: Sequence[LineShare] = ()
    allowances: Sequence[AllowanceUsed] = ()
    decision: DecisionBasis | None = None


@dataclass(frozen=True)
class Valued:
    """What of a fact is kept, and what that is worth of a point type."""

    purchase: Purchased
    rule: PointRule
    used: Rate
    kept: worth.Kept
    tally: Tally
    reckoning: Reckoning

    @classmethod
    def of(cls, purchase: Purchased, rule: PointRule, used: Rate, kept: worth.Kept) -> "Valued":
        """Rated again, exactly as it was."""
        scene = worth.scene(purchase, purchase.around(used), kept)
        tally = rating.tally(purchase.set_of(rule), scene)
        if purchase.is_foreign:
            return cls(purchase, rule, used, kept, tally, Reckoning([0] * len(scene.items)))
        return cls(purchase, rule, used, kept, tally, granted.reckoned(purchase, rule, scene))

    def allowances(self) -> list[AllowanceUsed]:
        """The caps, then the campaigns, in the order in which they were decided."""
        return [
            AllowanceUsed(
                one.name.removeprefix(CAP),
                "campaign" if stage.is_campaign else "cap",
                one.points,
                one.cut,
                one.by,
                stage.now,
            )
            for stage in self.reckoning.stages
            for one in (stage.allowance,)
        ]


def accrual(purchase: Purchased, rule: PointRule) -> Explanation:
    """Why a fact brought what it brought when it was first posted, or would bring."""
    valued = Valued.of(purchase, rule, purchase.basis.rate, worth.all_of(purchase))
    return Explanation(
        facts=[_named(purchase)],
        tier=_tier(valued),
        rules=list(every_rule(valued.purchase, valued.rule, valued.tally, valued.reckoning)),
        steps=list(_steps(valued, "")),
        lines=_shares(valued),
        allowances=valued.allowances(),
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
        rules=list(every_rule(valued.purchase, valued.rule, valued.tally, valued.reckoning)),
        steps=steps,
        lines=_shares(valued),
        allowances=valued.allowances(),
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
    whole, points = sum(rating.before_caps(found)), sum(rating.by_line(found))
    yield Step(f"{prefix}{ROUNDED[found.rules.rounding.mode]}", str(whole))
    if points != whole:
        yield Step(f"{prefix}capped", str(points))
    yield from _decided(valued, prefix)


def _decided(valued: Valued, prefix: str) -> Iterator[Step]:
    for one in valued.allowances():
        yield Step(f"{prefix}{one.kind}_{one.name}", str(one.gives))
    if valued.reckoning.stages:
        yield Step(f"{prefix}granted", str(valued.reckoning.points))


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
        for item, points in zip(found.scene.items, valued.reckoning.lines, strict=True)
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
