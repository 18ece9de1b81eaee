"""What every fact of a purchase should stand at, and what has to be posted to bring it there
(P7).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from points_svc.domain import worth
from points_svc.domain.basis import AccrualBasis, ChangeBasis, Rate, packed
from points_svc.domain.rules import PointRule, Rules

NOTHING = Fraction(0)


class Purchased(NamedTuple):
    """A purchase as the ledger keeps it: its basis, and the version of the rules that it is rated
    by: the one in force when it occurred (E4).
    """

    member_id: str
    fact_id: str
    occurred_at: datetime
    basis: AccrualBasis
    rules: Rules

    @property
    def is_foreign(self) -> bool:
        """Whether it was paid in another currency than its version's: then it is worth nothing."""
        return self.basis.currency != self.rules.currency

    def rule_of(self, point_type: str) -> PointRule:
        """What its version says of a point type that it has."""
        rule = self.rules.of(point_type)
        assert rule is not None, "a version has every point type of the versions before it"
        return rule

    def per_minor(self, rule: PointRule, used: Rate) -> Fraction:
        """Points per minor unit of its net, exactly."""
        return NOTHING if self.is_foreign else worth.factor(self.rules, rule, used.tier)


class Returned(NamedTuple):
    """A return as the ledger keeps it: (line_id, units) that came back."""

    purchase_fact_id: str
    fact_id: str
    occurred_at: datetime
    units: tuple[tuple[str, int], ...]


class Target(NamedTuple):
    """What a fact should stand at: an accrual's points, or what a return takes back, from
    `effect_at` on.
    """

    fact_id: str
    effect_at: datetime
    points: int
    is_reversal: bool


class Posted(NamedTuple):
    """What a fact stands at: its sum so far and how often that was said. Revision 0: never."""

    points: int
    revision: int


NOTHING_POSTED = Posted(0, 0)


class Change(NamedTuple):
    """An entry to post: `gives` points to the member (negative: takes), so that the fact stands at
    `target`.
    """

    fact_id: str
    occurred_at: datetime
    kind: str
    gives: int
    target: int
    revision: int
    is_reversal: bool
    basis: bytes


def in_order(returns: Iterable[Returned]) -> list[Returned]:
    """A purchase's returns as they are taken: by occurred_at, then fact id, whenever they were
    heard.
    """
    return sorted(returns, key=lambda r: (r.occurred_at, r.fact_id))


def targets(
    purchase: Purchased, returns: Iterable[Returned], per_minor: Fraction
) -> Iterator[Target]:
    """The accrual as if nothing had come back, then one reversal per return in occurred order.

    Points are floored once per order, after the multiplier. The sum of the reversals never exceeds
    the accrual. A return takes effect at the later of its own and its purchase's instant.
    """
    basis = purchase.basis
    kept = worth.all_of(basis.lines)
    before = worth.points(basis, kept, per_minor)
    yield Target(purchase.fact_id, purchase.occurred_at, before, is_reversal=False)
    for back in in_order(returns):
        kept = worth.less(kept, back.units)
        after = worth.points(basis, kept, per_minor)
        effect_at = max(back.occurred_at, purchase.occurred_at)
        yield Target(back.fact_id, effect_at, before - after, is_reversal=True)
        before = after


def changes(
    purchase: Purchased,
    rule: PointRule,
    rate: Rate,
    returns: Sequence[Returned],
    posted: Mapping[tuple[str, str], Posted],
) -> list[Change]:
    """What has to be posted so that every fact of the purchase stands at its target. Posted entries
    are never edited.

    A fact that was never said is said, also for 0 points. `posted` is by (fact id, point type).
    """
    known = tuple(back.fact_id for back in in_order(returns))
    found: list[Change] = []
    for target in targets(purchase, returns, purchase.per_minor(rule, rate)):
        so_far = posted.get((target.fact_id, rule.point_type), NOTHING_POSTED)
        if so_far.revision and so_far.points == target.points:
            continue
        basis = ChangeBasis(purchase.fact_id, rate, known, target.points, so_far.points)
        found.append(_change(target, so_far, packed(basis)))
    return found


def _change(target: Target, so_far: Posted, basis: bytes) -> Change:
    missing = target.points - so_far.points
    first = "reversal" if target.is_reversal else "accrual"
    return Change(
        fact_id=target.fact_id,
        occurred_at=target.effect_at,
        kind="rerating" if so_far.revision else first,
        gives=-missing if target.is_reversal else missing,
        target=target.points,
        revision=so_far.revision + 1,
        is_reversal=target.is_reversal,
        basis=basis,
    )
