"""What spans purchases: budgets of campaigns, and caps over what a member buys. Decided once, when
a fact is recorded; whatever rates it later stays within that (P5, E3).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from points_svc.domain import rating, worth
from points_svc.domain.basis import Allowance
from points_svc.domain.campaigns import (
    PER_ORDER,
    Campaign,
    Counter,
    Purse,
    cap_name,
    period_of,
)
from points_svc.domain.conditions import ANYTHING
from points_svc.domain.effects import AtMost
from points_svc.domain.facts import Purchased
from points_svc.domain.rule_sets import Rule
from points_svc.domain.rules import PointRule
from points_svc.domain.scenes import Around, Scene

BUDGET = "budget"


class Cut(NamedTuple):
    """A fact that would have had more of a campaign or under a cap."""

    member_id: str
    fact_id: str
    point_type: str
    name: str
    given: int
    cut: int
    by: str


class CutAt(NamedTuple):
    """A fact that was cut: what it was given, what it would have had besides, and what cut it."""

    recorded_at: datetime
    member_id: str
    fact_id: str
    given: int
    cut: int
    by: str


class Last(Struct, frozen=True, gc=False):
    """The last fact that took from a budget, and what it would have had besides."""

    purchase: Purchased
    budget: int
    cut: int


@dataclass
class Take:
    """What a batch takes from a budget, if no more than `most` of it was spent meanwhile."""

    last: Last
    points: int = 0
    most: int = 0


@dataclass
class Left:
    """What is left of budgets and caps while a batch is decided. `spent` and `used` are as they
    were read; `takes`, `counted` and `cuts` are what the batch adds to them.
    """

    spent: Mapping[Purse, int] = field(default_factory=dict)
    used: Mapping[Counter, int] = field(default_factory=dict)
    takes: dict[Purse, Take] = field(default_factory=dict)
    counted: dict[Counter, int] = field(default_factory=dict)
    cuts: list[Cut] = field(default_factory=list)

    def of_budget(self, campaign: Campaign) -> int:
        """What is left of a campaign's budget, as the version says it that rates the fact."""
        take = self.takes.get(campaign.purse)
        taken = take.points if take else 0
        return max(0, campaign.budget - self.spent.get(campaign.purse, 0) - taken)

    def of_cap(self, counter: Counter, most: int) -> int:
        """What is left of a cap of `most` points."""
        return max(0, most - self.used.get(counter, 0) - self.counted.get(counter, 0))

    def take(self, campaign: Campaign, purchase: Purchased, points: int, cut: int) -> None:
        """Take points from a campaign's budget."""
        last = Last(purchase, campaign.budget, cut)
        take = self.takes.setdefault(campaign.purse, Take(last, 0, campaign.budget))
        take.last = last
        take.points += points
        take.most = min(take.most, campaign.budget - take.points)

    def count(self, counter: Counter, points: int) -> None:
        """Count points that a cap let through."""
        self.counted[counter] = self.counted.get(counter, 0) + points


class Room(Struct, frozen=True, gc=False):
    """What one limit leaves for a fact; `counter` counts what it takes."""

    name: str
    points: int
    counter: Counter | None = None


def purses_of(purchases: Iterable[Purchased]) -> set[Purse]:
    """The budgets that these facts may take from."""
    return {
        campaign.purse
        for purchase in purchases
        for rule in purchase.brings()
        for campaign in rule.campaigns.live(purchase.occurred_at)
    }


def counters_of(purchases: Iterable[Purchased]) -> set[Counter]:
    """What counts these facts under caps that span purchases."""
    return {
        counter
        for purchase in purchases
        for rule in purchase.brings()
        if rule.is_limited
        for counter in _counters(purchase, rule)
    }


def _counters(purchase: Purchased, rule: PointRule) -> Iterable[Counter]:
    for cap in purchase.set_of(rule).spanning:
        yield _counter_of_cap(purchase, rule, cap)
    for campaign in rule.campaigns.live(purchase.occurred_at):
        for per in campaign.caps:
            if per != PER_ORDER:
                yield _counter_of_campaign(purchase, campaign, per)


def _counter_of_cap(purchase: Purchased, rule: PointRule, cap: Rule) -> Counter:
    assert isinstance(cap.effect, AtMost), "only caps span purchases"
    period = period_of(cap.effect.per, purchase.occurred_at, purchase.rules.zone)
    return Counter(purchase.member_id, rule.point_type, cap_name(cap.name), period)


def _counter_of_campaign(purchase: Purchased, campaign: Campaign, per: str) -> Counter:
    period = period_of(per, purchase.occurred_at, purchase.rules.zone)
    return Counter(purchase.member_id, campaign.point_type, campaign.name, period)


def decide(
    purchase: Purchased, rule: PointRule, around: Around, left: Left
) -> tuple[int, tuple[Allowance, ...]]:
    """What a fact is given of a point type, in whole points, and what of that was decided.

    First what the version's rules bring, under the caps that span purchases in their order; then
    campaign by campaign, the highest priority first, ties by name: what its rules bring on top of
    those before it, at most what its caps and its budget leave. A campaign that gives nothing
    counts as not there for those after it. A cap without a condition limits campaigns too.
    """
    if purchase.is_foreign:
        return 0, ()
    deciding = Deciding(purchase, rule, around, left)
    deciding.cap()
    deciding.give()
    return deciding.points, tuple(deciding.allowed)


class Deciding:
    """One fact and point type while it is decided."""

    def __init__(self, purchase: Purchased, rule: PointRule, around: Around, left: Left) -> None:
        self._purchase = purchase
        self._rule = rule
        self._left = left
        self._rules = purchase.set_of(rule)
        self._scene = worth.scene(purchase, around)
        self._before = self.points = worth.points_as_bought(purchase, rule, around, self._scene)
        self._chain: list[Campaign] = []
        self._of_all: list[tuple[Counter, str, int]] = []
        self.allowed: list[Allowance] = []

    def cap(self) -> None:
        """Apply the caps that span purchases to what the version's rules bring."""
        if not self._rules.spanning:
            return
        points = rating.by_line(rating.tally(self._rules, self._scene))
        for cap, lines in holding(self._rules.spanning, self._scene):
            assert isinstance(cap.effect, AtMost), "only caps span purchases"
            counter = _counter_of_cap(self._purchase, self._rule, cap)
            have = sum(one for bit, one in enumerate(points) if lines >> bit & 1)
            given = min(have, self._left.of_cap(counter, cap.effect.points))
            points = rating.limited(points, lines, given)
            self._left.count(counter, given)
            self._note(cap_name(cap.name), given, have - given, cap.name)
            if cap.when is ANYTHING:
                self._of_all.append((counter, cap.name, cap.effect.points))
        self.points = sum(points)

    def give(self) -> None:
        """Add what campaigns bring and are allowed to."""
        campaigns = self._rule.campaigns
        if campaigns.ranked and self._scene.full:
            for campaign in campaigns.holding(self._scene, self._purchase.is_activity):
                self._give(campaign)

    def _give(self, campaign: Campaign) -> None:
        is_activity = self._purchase.is_activity
        chain = [*self._chain, campaign]
        together = self._rule.campaigns.together(self._rules, chain, is_activity)
        after = rating.worth(together, self._scene)
        gain = after - self._before
        if gain <= 0:
            return
        rooms = self._rooms(campaign)
        least = min(rooms, key=lambda room: room.points)
        given = min(gain, least.points)
        self._note(campaign.name, given, gain - given, least.name)
        if given:
            self._left.take(campaign, self._purchase, given, gain - given)
            for room in rooms:
                if room.counter:
                    self._left.count(room.counter, given)
            self._chain, self._before = chain, after
            self.points += given

    def _rooms(self, campaign: Campaign) -> list[Room]:
        """What each limit leaves, those of the campaign first: of equals the first is named."""
        left = self._left
        rooms = [Room(BUDGET, left.of_budget(campaign))]
        for per, most in campaign.caps.items():
            if per == PER_ORDER:
                rooms.append(Room(per, most))
            else:
                counter = _counter_of_campaign(self._purchase, campaign, per)
                rooms.append(Room(per, left.of_cap(counter, most), counter))
        for counter, name, most in self._of_all:
            rooms.append(Room(name, left.of_cap(counter, most), counter))
        return rooms

    def _note(self, name: str, given: int, cut: int, by: str) -> None:
        self.allowed.append(Allowance(name, given, cut, by if cut else ""))
        if cut:
            known = self._purchase
            point_type = self._rule.point_type
            self._left.cuts.append(
                Cut(known.member_id, known.fact_id, point_type, name, given, cut, by)
            )


def holding(caps: Sequence[Rule], scene: Scene) -> list[tuple[Rule, int]]:
    """Caps with the lines for which they hold."""
    found = ((cap, cap.when.mask(scene)) for cap in caps)
    return [(cap, lines) for cap, lines in found if lines]
