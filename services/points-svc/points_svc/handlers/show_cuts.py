"""Whom a campaign cut."""

from collections.abc import Sequence
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.allowances import CutAt
from points_svc.domain.refusals import CampaignNotFound, RulesNotFound
from points_svc.store import campaigns, programme


async def show_cuts(
    tx: Tx, version: int, campaign: str, after: tuple[datetime, str, str], limit: int
) -> Sequence[CutAt]:
    """The facts that a campaign of a version cut, after one of them, in the order in which they
    were recorded. Refusals: RulesNotFound, CampaignNotFound.
    """
    found = await programme.find_rules(tx, version)
    if found is None:
        raise RulesNotFound
    written = next((one for one in found.document.campaigns if one.campaign == campaign), None)
    if written is None:
        raise CampaignNotFound
    return await campaigns.cuts_of(tx, campaign, written.point_type, after, limit)
