"""A budget comes to its end: that is said once."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from contracts.events.points import CampaignExhausted
from contracts.ids import EventId, FactId, MemberId, PointType
from points_svc.domain.allowances import Left
from points_svc.domain.campaigns import Purse


def exhausted(left: Left, spent: Mapping[Purse, int], now: datetime) -> Iterator[CampaignExhausted]:
    """The budgets of which these takes were the last: nothing is given back to a budget, so that
    happens once, unless a later version says a higher one.
    """
    for purse, take in left.takes.items():
        last = take.last
        if spent[purse] < last.budget:
            continue
        version = str(last.purchase.rules.version)
        yield CampaignExhausted(
            event_id=EventId(f"{purse.campaign}.{purse.point_type}.{version}"),
            member_id=MemberId(last.purchase.member_id),
            occurred_at=last.purchase.occurred_at,
            recorded_at=now,
            version=version,
            point_type=PointType(purse.point_type),
            points=last.budget,
            campaign=purse.campaign,
            fact_id=FactId(last.purchase.fact_id),
            cut=last.cut,
        )
