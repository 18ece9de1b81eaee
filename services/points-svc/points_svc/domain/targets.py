"""What every fact of a purchase should stand at, and what has to be posted to bring it there
(P7).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from points_svc.domain import granted, worth
from points_svc.domain.basis import ChangeBasis, Rate, packed
from points_svc.domain.facts import Purchased, Returned, in_order
from points_svc.domain.rules import PointRule


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


def targets(
    purchase: Purchased, rule: PointRule, used: Rate, returns: Iterable[Returned]
) -> Iterator[Target]:
    """The accrual as if nothing had come back, then one reversal per return in occurred order.

    After a return the purchase is worth what the rules say of what is kept, within what was allowed
    when it was recorded, but never more than before it: a return gives no points, so the reversals
    never exceed the accrual. It takes effect at the later of its own and its purchase's instant.
    """
    kept = worth.all_of(purchase)
    before = granted.points(purchase, rule, used, kept)
    yield Target(purchase.fact_id, purchase.occurred_at, before, is_reversal=False)
    for back in in_order(returns):
        kept = worth.less(kept, back.lines)
        after = min(before, granted.points(purchase, rule, used, kept))
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
    for target in targets(purchase, rule, rate, returns):
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
