"""All the rules of a version, as one fact asked them in one point type (E5)."""

from collections.abc import Iterator

from points_svc.domain import rating
from points_svc.domain.campaigns import cap_name
from points_svc.domain.considered import Considered, considered, left_out
from points_svc.domain.facts import Purchased
from points_svc.domain.granted import Reckoning
from points_svc.domain.rating import Tally
from points_svc.domain.rules import PointRule


def every_rule(
    purchase: Purchased, mine: PointRule, tally: Tally, reckoning: Reckoning
) -> Iterator[Considered]:
    """Those about this point type and kind of fact, caps that span purchases, campaigns; then the
    others.
    """
    asked = purchase.set_of(mine)
    if purchase.is_foreign:
        yield from left_out((*asked.rules, *asked.spanning), "other_currency")
    else:
        yield from considered(tally, rating.before_caps(tally))
        yield from _spanning(purchase, mine)
    yield from _of_campaigns(purchase, mine, reckoning)
    other = mine.purchases if purchase.is_activity else mine.activities
    yield from left_out((*other.rules, *other.spanning), "other_kind")
    for rule in purchase.rules.points:
        if rule is not mine:
            rules = (one for rules in rule.sets for one in (*rules.rules, *rules.spanning))
            yield from left_out(list(rules), "other_point_type")


def _spanning(purchase: Purchased, mine: PointRule) -> Iterator[Considered]:
    """Caps that span purchases: what they cut was decided when the fact was recorded."""
    decided = {one.name: one for one in purchase.basis.allowed}
    for cap in purchase.set_of(mine).spanning:
        one = decided.get(cap_name(cap.name))
        if one and one.cut:
            yield Considered(cap.name, True, cap.phase)
        else:
            because = "not_reached" if one else "not_decided"
            yield Considered(cap.name, False, cap.phase, because)


def _of_campaigns(
    purchase: Purchased, mine: PointRule, reckoning: Reckoning
) -> Iterator[Considered]:
    """The rules of the point type's campaigns; of those that were on, as they were asked."""
    is_activity = purchase.is_activity
    asked = {campaign.name: tally for campaign, tally in reckoning.asked}
    for campaign in mine.campaigns.ranked:
        rules, tally = campaign.rules(is_activity).rules, asked.get(campaign.name)
        if tally is None:
            yield from left_out(rules, "campaign_not_on")
        else:
            names = {rule.name for rule in rules}
            every = considered(tally, rating.before_caps(tally))
            yield from (one for one in every if one.rule in names)
        yield from left_out(campaign.rules(not is_activity).rules, "other_kind")
