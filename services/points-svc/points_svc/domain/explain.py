"""Why a posting is what it is: facts, version, tier, and the arithmetic step by step in exact
fractions (E5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from points_svc.domain import worth
from points_svc.domain.basis import ChangeBasis, DecisionBasis, Rate
from points_svc.domain.rules import PointRule
from points_svc.domain.targets import Purchased, Returned


@dataclass(frozen=True)
class FactNamed:
    """A fact that a posting rests on."""

    fact_id: str
    kind: str
    occurred_at: datetime


@dataclass(frozen=True)
class TierUsed:
    """The tier that rated a purchase, what it multiplied by, and the told interval that said so."""

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
    steps: Sequence[Step] = ()
    lines: Sequence[LineShare] = ()
    decision: DecisionBasis | None = None


def accrual(purchase: Purchased, rule: PointRule) -> Explanation:
    """Why a purchase brought what it brought when it was first posted."""
    used = purchase.basis.rate
    kept = worth.all_of(purchase.basis.lines)
    return Explanation(
        facts=[_bought(purchase)],
        tier=_tier(purchase, rule, used),
        steps=list(_worth(purchase, rule, used, kept, "")),
        lines=_shares(purchase, rule, used, kept),
    )


def change(
    fact_id: str,
    basis: ChangeBasis,
    purchase: Purchased,
    rule: PointRule,
    returns: Mapping[str, Returned],
) -> Explanation:
    """Why a reversal or re-rating was posted: what the fact should stand at, less what it stood at,
    by the tier and the returns that were known then.
    """
    bought = purchase.basis.lines
    taken = [returns[known] for known in basis.returns]
    counted = taken[: basis.returns.index(fact_id) + 1] if fact_id in basis.returns else []
    kept = worth.all_of(bought)
    for back in counted[:-1]:
        kept = worth.less(kept, back.units)
    steps = list(_worth(purchase, rule, basis.rate, kept, "before_" if counted else ""))
    if counted:
        kept = worth.less(kept, counted[-1].units)
        steps += _worth(purchase, rule, basis.rate, kept, "after_")
    steps += [
        Step("target", str(basis.target)),
        Step("already_posted", str(basis.posted)),
        Step("difference", str(basis.target - basis.posted)),
    ]
    facts = [FactNamed(r.fact_id, "return", r.occurred_at) for r in counted]
    return Explanation(
        facts=[_bought(purchase), *facts],
        tier=_tier(purchase, rule, basis.rate),
        steps=steps,
        lines=_shares(purchase, rule, basis.rate, kept),
    )


def _bought(purchase: Purchased) -> FactNamed:
    return FactNamed(purchase.fact_id, "purchase", purchase.occurred_at)


def _tier(purchase: Purchased, rule: PointRule, used: Rate) -> TierUsed:
    if purchase.basis.is_before_enrolment:
        because = "before_enrolment"
    else:
        because = "told" if used.told_seq else "nothing_told"
    multiplier = str(rule.multiplier(used.tier))
    return TierUsed(used.tier, multiplier, because, used.told_from, used.told_seq or None)


def _worth(
    purchase: Purchased, rule: PointRule, used: Rate, kept: Mapping[str, int], prefix: str
) -> Iterator[Step]:
    """Net of what is kept, times rate and multiplier, floored once per order."""
    basis, rules = purchase.basis, purchase.rules
    net = worth.net_minor(basis.lines, kept)
    per_minor = purchase.per_minor(rule, used)
    yield Step(f"{prefix}net_minor", str(net))
    if purchase.is_foreign:
        yield Step(f"{prefix}other_currency", "0")
    yield Step(f"{prefix}points_per_{rules.minor_per_unit}_minor", str(rule.rate))
    yield Step(f"{prefix}multiplier", str(rule.multiplier(used.tier)))
    yield Step(f"{prefix}exact", str(net * per_minor))
    yield Step(f"{prefix}floored", str(worth.points(basis, kept, per_minor)))


def _shares(
    purchase: Purchased, rule: PointRule, used: Rate, kept: Mapping[str, int]
) -> list[LineShare]:
    per_minor = purchase.per_minor(rule, used)
    return [
        LineShare(line.line_id, line.net_minor, line.units, kept[line.line_id], str(exact), points)
        for line, exact, points in worth.by_line(purchase.basis.lines, kept, per_minor)
    ]
