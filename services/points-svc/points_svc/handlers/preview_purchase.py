"""What a purchase would accrue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from chassis.tx import Tx
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain import accrual, explain
from points_svc.domain.allowances import Left, decide
from points_svc.domain.explain import Explanation
from points_svc.domain.facts import Purchased
from points_svc.domain.refusals import MemberNotFound
from points_svc.domain.rules import PointRule
from points_svc.domain.standings import NOBODY
from points_svc.domain.tiers import rating_tier
from points_svc.handlers.load_standings import load_standings
from points_svc.handlers.read_allowances import read_allowances
from points_svc.store import members, programme


@dataclass(frozen=True)
class Preview:
    """One point type of a purchase that nobody has made yet. `budgets`: what it would leave of each
    campaign that is on.
    """

    point_type: str
    points: int
    rule_version: int
    expires_at: datetime | None
    explanation: Explanation
    budgets: Mapping[str, int]


async def preview_purchase(tx: Tx, purchase: PurchaseRecorded) -> list[Preview]:
    """What the purchase would be worth, were it heard now, and what it would leave of budgets: by
    the same functions that rate and decide it then. Changes nothing. An empty member id is anybody,
    in the base tier. Refusals: MemberNotFound.
    """
    terms = await programme.terms(tx)
    standing = NOBODY
    if purchase.member_id:
        if not await members.is_known(tx, purchase.member_id):
            raise MemberNotFound
        member_ids = [purchase.member_id]
        standing = (await load_standings(tx, member_ids, terms.rules.reads))[purchase.member_id]
    ladder = terms.rules.in_force(purchase.occurred_at).ladder
    told = rating_tier(standing.ladders, purchase.occurred_at, ladder)
    bought = accrual.purchased(purchase, told, terms.rules, standing)
    left = await read_allowances(tx, [bought]) or Left()
    return [_preview(bought, rule, left) for rule in bought.brings()]


def _preview(bought: Purchased, rule: PointRule, left: Left) -> Preview:
    points, allowed = decide(bought, rule, bought.around(bought.basis.rate), left)
    within = bought._replace(basis=replace(bought.basis, allowed=allowed))
    live = rule.campaigns.live(bought.occurred_at)
    return Preview(
        rule.point_type,
        points,
        bought.rules.version,
        rule.expiry.ends(bought.occurred_at, bought.rules.zone),
        explain.accrual(within, rule),
        {campaign.name: left.of_budget(campaign) for campaign in live},
    )
