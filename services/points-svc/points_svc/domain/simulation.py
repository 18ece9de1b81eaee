"""What two readings of the rules make of one member's facts (P5, E4)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from contracts.quantities import POINTS_MAX
from points_svc.domain import worth
from points_svc.domain.allowances import Left, decide
from points_svc.domain.basis import Allowance, Rate
from points_svc.domain.breakdown import Part, breakdown
from points_svc.domain.campaigns import CAP, Campaign
from points_svc.domain.facts import Purchased, Returned, in_order
from points_svc.domain.rules import PointRule, RuleBook
from points_svc.domain.scenario import Scenario
from points_svc.domain.standings import Standing
from points_svc.domain.targets import targets


class Past(NamedTuple):
    """A fact of the period with its returns that took effect in it, and what stands in the ledger
    of all that, by point type.
    """

    purchase: Purchased
    returns: Sequence[Returned]
    posted: Mapping[str, int]


class Stretch(NamedTuple):
    """Facts of one member that follow each other; `is_end`: the member has no more."""

    member_id: str
    pasts: Sequence[Past]
    is_end: bool


class Weighed(NamedTuple):
    """What one side makes of a fact: points of what is left of it, by what brought them; what each
    campaign was asked for when it was recorded.
    """

    points: int = 0
    parts: Mapping[Part, int] = {}
    asked: Mapping[str, int] = {}


NOTHING = Weighed()


class Seen(NamedTuple):
    """One fact in one point type, on both sides. `tier` is the one that rated it before."""

    point_type: str
    day: date
    tier: str
    posted: int
    before: Weighed
    after: Weighed


class Unbudgeted(Left):
    """What caps leave, while every budget bears everything: budgets go by the order in which the
    facts of all members are recorded, which nobody can repeat.
    """

    def of_budget(self, campaign: Campaign) -> int:
        """As much as there can be."""
        return POINTS_MAX


class Side:
    """One reading of the rules while it goes through a member's facts."""

    def __init__(self, book: RuleBook, standing: Standing) -> None:
        self._book = book
        self._standing = standing
        self._left = Unbudgeted()

    def weigh(self, past: Past) -> tuple[str, dict[str, Weighed]]:
        """The tier that rates a fact, and what it brings in each point type. Facts come in the
        order of their ids: so caps that span purchases count them.
        """
        fact = past.purchase
        known = fact._replace(rules=self._book.in_force(fact.occurred_at))
        used = self._standing.rate(known)
        known = known._replace(basis=replace(known.basis, rate=used, allowed=()))
        found = {
            rule.point_type: self._weighed(known, rule, used, past.returns)
            for rule in known.brings()
        }
        self._left.cuts.clear()
        return used.tier, found

    def _weighed(
        self, fact: Purchased, rule: PointRule, used: Rate, returns: Sequence[Returned]
    ) -> Weighed:
        allowed: tuple[Allowance, ...] = ()
        if rule.is_limited:
            _, allowed = decide(fact, rule, fact.around(used), self._left)
            fact = fact._replace(basis=replace(fact.basis, allowed=allowed))
        points = sum(
            -one.points if one.is_reversal else one.points
            for one in targets(fact, rule, used, returns)
        )
        kept = worth.all_of(fact)
        for back in in_order(returns):
            kept = worth.less(kept, back.lines)
        asked = {one.name: one.points for one in allowed if not one.name.startswith(CAP)}
        return Weighed(points, breakdown(fact, rule, used, kept, points), asked)


class Walk:
    """One member on the way through their facts of the period."""

    def __init__(self, scenario: Scenario, member_id: str, standing: Standing) -> None:
        self.member_id = member_id
        self._zone = scenario.zone
        self._before = Side(scenario.before, standing)
        self._after = Side(scenario.after, standing)

    def look(self, past: Past) -> Iterator[Seen]:
        """The next fact, in each point type that it stands in or that a side gives it."""
        day = past.purchase.occurred_at.astimezone(self._zone).date()
        tier, before = self._before.weigh(past)
        _, after = self._after.weigh(past)
        for point_type in sorted({*past.posted, *before, *after}):
            yield Seen(
                point_type,
                day,
                tier,
                past.posted.get(point_type, 0),
                before.get(point_type, NOTHING),
                after.get(point_type, NOTHING),
            )
