"""Campaigns as values: rules for a time that give what a budget and caps allow; and the periods
that caps count in (P5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from points_svc.domain.rule_sets import RuleSet
from points_svc.domain.scenes import Scene

CHAINS_MAX = 1_000
"""Combinations of campaigns whose rules are kept together; beyond it, they are prepared anew."""
PER_ORDER = "per_order"
CAP = "cap."
"""Begins the names under which caps that span purchases are counted."""


class Purse(NamedTuple):
    """A campaign's budget: it outlives the versions of the rules that carry it."""

    campaign: str
    point_type: str


class Counter(NamedTuple):
    """What counts the points that a cap has let through: of a member and point type, in a period.

    `cap` is the name of the campaign, or `cap.<rule>`; `period` is empty where it counts for ever.
    """

    member_id: str
    point_type: str
    cap: str
    period: str


@dataclass(frozen=True, eq=False)
class Campaign:
    """Its rules apply to what occurs in [begins, ends). `caps` are by name, as they are written:
    `per_order`, `per_member`, `per_member_day` …
    """

    name: str
    point_type: str
    begins: datetime
    ends: datetime
    budget: int
    caps: Mapping[str, int]
    purchases: RuleSet
    activities: RuleSet
    priority: int = 0

    @cached_property
    def purse(self) -> Purse:
        """Its budget."""
        return Purse(self.name, self.point_type)

    @property
    def rank(self) -> tuple[int, str]:
        """Sorts campaigns as they are counted: the highest priority first, ties by name."""
        return (-self.priority, self.name)

    def rules(self, is_activity: bool) -> RuleSet:
        """Its own rules for facts of a kind."""
        return self.activities if is_activity else self.purchases


def period_of(per: str, at: datetime, zone: ZoneInfo) -> str:
    """The period in which a cap counts what occurs at `at`: a day, an ISO week, a month or a year
    of the zone; empty for `member` and `per_member`, which count for ever.
    """
    local = at.astimezone(zone)
    if per.endswith("_day"):
        return local.date().isoformat()
    if per.endswith("_week"):
        year, week, _ = local.isocalendar()
        return f"{year:04}-W{week:02}"
    if per.endswith("_month"):
        return f"{local.year:04}-{local.month:02}"
    return f"{local.year:04}" if per.endswith("_year") else ""


def cap_name(rule: str) -> str:
    """What a cap that spans purchases is counted under."""
    return f"{CAP}{rule}"


@dataclass(frozen=True, eq=False)
class Campaigns:
    """A point type's campaigns in their order, and their rules together with those of the version.
    Sets are prepared when they are first needed.
    """

    ranked: Sequence[Campaign] = ()
    _chains: dict[tuple[bool, tuple[str, ...]], RuleSet] = field(default_factory=dict)

    @classmethod
    def of(cls, campaigns: Iterable[Campaign]) -> "Campaigns":
        """In the order in which they are counted."""
        return cls(tuple(sorted(campaigns, key=lambda campaign: campaign.rank)))

    def live(self, at: datetime) -> Sequence[Campaign]:
        """Those that are on at an instant."""
        return [one for one in self.ranked if one.begins <= at < one.ends]

    def holding(self, scene: Scene, is_activity: bool) -> Sequence[Campaign]:
        """Those that are on and have a rule that holds, found by one look at the index of all."""
        index = self._every[is_activity]
        picked = index.pick(scene)
        names = {
            self._campaign_of[rule.name]
            for rule in (*picked.base, *picked.multiplier, *picked.bonus, *picked.cap)
            if rule.when.mask(scene)
        }
        return [one for one in self.live(scene.around.occurred_at) if one.name in names]

    @cached_property
    def _campaign_of(self) -> Mapping[str, str]:
        return {
            rule.name: one.name
            for one in self.ranked
            for is_activity in (False, True)
            for rule in one.rules(is_activity).rules
        }

    @cached_property
    def _every(self) -> Sequence[RuleSet]:
        """All their rules for purchases, and all for activities."""
        return [
            RuleSet(rule for one in self.ranked for rule in one.rules(is_activity).rules)
            for is_activity in (False, True)
        ]

    def together(self, rules: RuleSet, chain: Sequence[Campaign], is_activity: bool) -> RuleSet:
        """The version's rules for facts of a kind, and those of some campaigns."""
        key = (is_activity, tuple(campaign.name for campaign in chain))
        found = self._chains.get(key)
        if found is None:
            if len(self._chains) >= CHAINS_MAX:
                self._chains.clear()
            more = [rule for one in chain for rule in one.rules(is_activity).rules]
            found = self._chains[key] = RuleSet((*rules.rules, *more), rules.rounding)
        return found


NO_CAMPAIGNS = Campaigns()
