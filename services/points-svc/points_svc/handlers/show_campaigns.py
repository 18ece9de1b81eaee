"""How the campaigns of a version stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.tx import Tx
from points_svc.domain.campaigns import Purse
from points_svc.domain.campaigns_document import Campaign
from points_svc.domain.refusals import RulesNotFound
from points_svc.store import campaigns, programme

NOTHING_SPENT = campaigns.Spent(0, None)


@dataclass(frozen=True)
class CampaignStanding:
    """A campaign as it was written; what its budget has given over all versions, and when it last
    did; how many facts it cut, counted up to a limit, and the points of those.
    """

    written: Campaign
    spent: int
    last_at: datetime | None
    cut_facts: int
    cut_points: int

    @property
    def left(self) -> int:
        """What of the budget that this version says is left."""
        return max(0, self.written.budget - self.spent)


async def show_campaigns(tx: Tx, version: int, counted_max: int) -> Sequence[CampaignStanding]:
    """Every campaign of a version, in the order in which it was written. Refusals:
    RulesNotFound.
    """
    found = await programme.find_rules(tx, version)
    if found is None:
        raise RulesNotFound
    purses = [Purse(one.campaign, one.point_type) for one in found.document.campaigns]
    spent = await campaigns.spent_of(tx, purses) if purses else {}
    standings = []
    for written, purse in zip(found.document.campaigns, purses, strict=True):
        cut = await campaigns.cut_of(tx, purse, counted_max)
        standings.append(CampaignStanding(written, *spent.get(purse, NOTHING_SPENT), *cut))
    return standings
