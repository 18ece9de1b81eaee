"""What a purchase would accrue."""

from dataclasses import dataclass
from datetime import datetime

from chassis.tx import Tx
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain import accrual, explain, worth
from points_svc.domain.explain import Explanation
from points_svc.domain.refusals import MemberNotFound
from points_svc.domain.standings import NOBODY
from points_svc.domain.tiers import rating_tier
from points_svc.handlers.load_standings import load_standings
from points_svc.store import members, programme


@dataclass(frozen=True)
class Preview:
    """One point type of a purchase that nobody has made yet."""

    point_type: str
    points: int
    rule_version: int
    expires_at: datetime | None
    explanation: Explanation


async def preview_purchase(tx: Tx, purchase: PurchaseRecorded) -> list[Preview]:
    """What the purchase would be worth, were it heard now: by the same function that rates it then.
    Changes nothing. An empty member id is anybody, in the base tier. Refusals: MemberNotFound.
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
    around = bought.around(bought.basis.rate)
    return [
        Preview(
            rule.point_type,
            worth.points_as_bought(bought, rule, around),
            bought.rules.version,
            rule.expiry.ends(bought.occurred_at, bought.rules.zone),
            explain.accrual(bought, rule),
        )
        for rule in bought.brings()
    ]
