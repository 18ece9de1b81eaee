"""What a fact is worth within what was allowed when it was recorded: of everything, and of what is
kept (P5, P7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from points_svc.domain import rating, worth
from points_svc.domain.allowances import holding
from points_svc.domain.basis import Allowance, Rate
from points_svc.domain.campaigns import Campaign, cap_name
from points_svc.domain.facts import Purchased
from points_svc.domain.maximum import NAME as MAXIMUM
from points_svc.domain.rating import Tally
from points_svc.domain.rounding import shared
from points_svc.domain.rule_sets import RuleSet
from points_svc.domain.rules import PointRule
from points_svc.domain.scenes import Scene


def points(purchase: Purchased, rule: PointRule, used: Rate, kept: worth.Kept) -> int:
    """Whole points of what is kept: never more of a campaign, or under a cap that spans purchases,
    than was allowed then. A campaign that was not asked then gives nothing, a cap that was not in
    force cuts nothing.
    """
    if not purchase.basis.allowed:
        return worth.points(purchase, rule, used, kept)
    if purchase.is_foreign:
        return 0
    return reckoned(purchase, rule, worth.scene(purchase, purchase.around(used), kept)).points


@dataclass(frozen=True)
class Stage:
    """A cap or campaign at work: what was allowed, and what it gives now: of a cap, what it lets
    through of what its lines bring.
    """

    allowance: Allowance
    now: int
    is_campaign: bool


@dataclass
class Reckoning:
    """Points by line, what stands in between, and the rules of each campaign at work."""

    lines: list[int]
    stages: list[Stage] = field(default_factory=list)
    asked: list[tuple[Campaign, Tally]] = field(default_factory=list)

    @property
    def points(self) -> int:
        """Whole points of the fact."""
        return sum(self.lines)


def reckoned(purchase: Purchased, rule: PointRule, scene: Scene) -> Reckoning:
    """What the version's rules bring, under the caps that span purchases, then what its campaigns
    bring on top, each within what was allowed.
    """
    if not scene.full:
        return Reckoning([])
    rules = purchase.set_of(rule)
    allowed = {one.name: one for one in purchase.basis.allowed}
    before = rating.by_line(rating.tally(rules, scene))
    found = Reckoning(before)
    _cap(found, rules, scene, allowed)
    chain: list[Campaign] = []
    for campaign in rule.campaigns.live(purchase.occurred_at):
        together = rule.campaigns.together(rules, [*chain, campaign], purchase.is_activity)
        tally = rating.tally(together, scene)
        found.asked.append((campaign, tally))
        one = allowed.get(campaign.name)
        if one is None or not one.points:
            found.stages += [Stage(one, 0, True)] if one else []
            continue
        after = rating.by_line(tally)
        given = max(0, min(sum(after) - sum(before), one.points))
        found.stages.append(Stage(one, given, True))
        found.lines = _added(found.lines, before, after, given)
        chain.append(campaign)
        before = after
    _bound(found, scene, allowed)
    return found


def _bound(found: Reckoning, scene: Scene, allowed: Mapping[str, Allowance]) -> None:
    """Never more than the account had room for."""
    one = allowed.get(MAXIMUM)
    if one is not None:
        found.lines = rating.limited(found.lines, scene.full, one.points)
        found.stages.append(Stage(one, found.points, False))


def _cap(found: Reckoning, rules: RuleSet, scene: Scene, allowed: Mapping[str, Allowance]) -> None:
    for cap, lines in holding(rules.spanning, scene):
        one = allowed.get(cap_name(cap.name))
        if one is not None:
            found.lines = rating.limited(found.lines, lines, one.points)
            now = sum(points for bit, points in enumerate(found.lines) if lines >> bit & 1)
            found.stages.append(Stage(one, now, False))


def _added(
    lines: Sequence[int], before: Sequence[int], after: Sequence[int], given: int
) -> list[int]:
    """Lines with what a campaign gives, shared among those that it gave more, in proportion."""
    gains = [max(0, now - was) for was, now in zip(before, after, strict=True)]
    if not given:
        return list(lines)
    more = shared([gain * given for gain in gains], sum(gains), given)
    return [one + plus for one, plus in zip(lines, more, strict=True)]
