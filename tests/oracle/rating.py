"""What is rated (E3), from the text of P6 and P7: accruals, reversals, and their timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import floor

from tests.oracle.facts import History, Purchase, Return, kept_minor
from tests.oracle.programme import PointKind, Programme, Span
from tests.oracle.timeline import Interval, tier_just_before, told
from tests.oracle.wall_time import midnight, plus

Key = tuple[str, str]


@dataclass(frozen=True)
class Rated:
    """By (fact id, point type): what purchases accrue and returns take back; and the timeline."""

    accruals: Mapping[Key, int]
    reversals: Mapping[Key, int]
    tiers: Mapping[str, str]
    timeline: tuple[Interval, ...]

    def total(self, point_type: str) -> int:
        """Σ accruals − Σ reversals: for a type that only qualifies, the metric of a lifetime."""
        came = sum(n for (_, kind), n in self.accruals.items() if kind == point_type)
        went = sum(n for (_, kind), n in self.reversals.items() if kind == point_type)
        return came - went


@dataclass(frozen=True)
class Settled:
    """Where a member stands who decided nothing (E3): no burn, no hold, no adjustment."""

    available: int
    expired: int
    deficit: int = 0


def points(programme: Programme, kind: PointKind, tier: str, net: Fraction) -> int:
    """P5: floored once per order, after the multiplier."""
    return floor(net / programme.minor_per_unit * kind.rate * kind.multiplier(tier))


@dataclass(frozen=True)
class Worth:
    """What `net` of a purchase is worth of a point type, at the tier by which it is rated (P6) and
    by the version in force when it occurred (E4).
    """

    programme: Programme
    history: History
    tiers: Mapping[str, str]

    def __call__(self, fact_id: str, point_type: str, net: Fraction) -> int:
        kinds = self.programme.kinds(self.history.purchase(fact_id).occurred_at)
        kind = next(kind for kind in kinds if kind.name == point_type)
        return points(self.programme, kind, self.tiers[fact_id], net)


def rate(programme: Programme, history: History) -> Rated:
    """Tiers make points, points make tiers, forward in time: n rounds settle n purchases (P6)."""
    tiers = {purchase.fact_id: programme.base for purchase in history.purchases}
    for _ in range(len(tiers) + 1):
        timeline = told(programme, history, Worth(programme, history, tiers))
        shown = {p.fact_id: rated_as(programme, history, timeline, p) for p in history.purchases}
        if shown == tiers:
            return entries(programme, history, tiers, timeline)
        tiers = shown
    raise AssertionError("points and tiers do not settle")


def rated_as(
    programme: Programme, history: History, timeline: list[Interval], purchase: Purchase
) -> str:
    if purchase.occurred_at < history.enrolled_at:
        return programme.base
    return tier_just_before(timeline, purchase.occurred_at) or programme.base


def entries(
    programme: Programme, history: History, tiers: Mapping[str, str], timeline: list[Interval]
) -> Rated:
    accruals: dict[Key, int] = {}
    reversals: dict[Key, int] = {}
    for purchase in history.purchases:
        for kind in programme.kinds(purchase.occurred_at):
            tier = tiers[purchase.fact_id]
            gone: list[Return] = []
            net = kept_minor(purchase, gone)
            before = points(programme, kind, tier, net)
            accruals[purchase.fact_id, kind.name] = before
            for back in history.returns_of(purchase):
                gone.append(back)
                net = kept_minor(purchase, gone)
                after = points(programme, kind, tier, net)
                reversals[back.fact_id, kind.name] = before - after
                before = after
    return Rated(accruals, reversals, tiers, tuple(timeline))


def expires_at(programme: Programme, kind: PointKind, purchase: Purchase) -> datetime | None:
    """P2: from the purchase's occurred_at, on the programme's wall clock."""
    if kind.lasts == "never":
        return None
    if isinstance(kind.lasts, Span):
        return plus(purchase.occurred_at, kind.lasts, programme.zone)
    year = purchase.occurred_at.astimezone(programme.zone).year
    return midnight(year + 2, 1, programme.zone)


def settle(
    programme: Programme, history: History, rated: Rated, kind: PointKind, now: datetime
) -> Settled:
    """Each lot stands for itself while nothing was decided: what is left of it, or has expired."""
    available = expired = 0
    rated_so = [p for p in history.purchases if (p.fact_id, kind.name) in rated.accruals]
    for purchase in rated_so:
        taken = [rated.reversals[r.fact_id, kind.name] for r in history.returns_of(purchase)]
        left = rated.accruals[purchase.fact_id, kind.name] - sum(taken)
        end = expires_at(programme, kind, purchase)
        if end is not None and end <= now:
            expired += left
        else:
            available += left
    return Settled(available, expired)
