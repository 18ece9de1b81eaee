"""Facts as the ledger keeps them: purchases and activities, and what came back of purchases."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from points_svc.domain.basis import AccrualBasis, Rate
from points_svc.domain.rule_sets import RuleSet
from points_svc.domain.rules import PointRule, Rules
from points_svc.domain.scenes import Around


class Purchased(NamedTuple):
    """A purchase or activity as the ledger keeps it: its basis, and the version of the rules that
    it is rated by: the one in force when it occurred (E4).
    """

    member_id: str
    fact_id: str
    occurred_at: datetime
    basis: AccrualBasis
    rules: Rules

    @property
    def is_activity(self) -> bool:
        """Whether nothing was bought."""
        return bool(self.basis.activity)

    @property
    def is_foreign(self) -> bool:
        """Whether it was paid in another currency than its version's: then it is worth nothing."""
        currency = self.basis.currency
        if currency == self.rules.currency or currency is False:
            return False
        return not self.is_activity

    def rule_of(self, point_type: str) -> PointRule:
        """What its version says of a point type that it has."""
        rule = self.rules.of(point_type)
        assert rule is not None, "a version has every point type of the versions before it"
        return rule

    def set_of(self, rule: PointRule) -> RuleSet:
        """The rules for what it is."""
        return rule.activities if self.is_activity else rule.purchases

    def brings(self) -> Sequence[PointRule]:
        """The point types in which it is posted, also for 0 points: a purchase in all of its
        version, an activity in those that have a rule for activities.
        """
        if self.is_activity:
            return [rule for rule in self.rules.points if rule.heeds_activities]
        return self.rules.points

    def without_allowances(self) -> "Purchased":
        """The same fact in a point type for which nothing was decided."""
        return self._replace(basis=replace(self.basis, allowed=()))

    def around(self, used: Rate) -> Around:
        """What holds for all of it, rated so."""
        basis = self.basis
        return Around(
            self.occurred_at,
            basis.store_id,
            basis.source,
            basis.payments,
            basis.attributes,
            basis.occasions,
            used.tier,
            used.segments,
            used.is_first,
            basis.activity,
        )


class Back(NamedTuple):
    """What came back of a line: units, or value alone (`units` 0) of the units that were kept."""

    line_id: str
    units: int
    refund_minor: int = 0


class Returned(NamedTuple):
    """A return as the ledger keeps it."""

    purchase_fact_id: str
    fact_id: str
    occurred_at: datetime
    lines: tuple[Back, ...]


def in_order(returns: Iterable[Returned]) -> list[Returned]:
    """A purchase's returns as they are taken: by occurred_at, then fact id, whenever they were
    heard.
    """
    return sorted(returns, key=lambda r: (r.occurred_at, r.fact_id))
