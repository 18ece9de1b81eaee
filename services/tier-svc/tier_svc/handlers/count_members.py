"""Count who stands where."""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.tx import Tx
from tier_svc.domain.distribution import TierCount, tier_counts
from tier_svc.domain.refusals import LadderNotFound
from tier_svc.store import counts, publications


class Counted(NamedTuple):
    """The members in each tier of a ladder, and how many of them stand elsewhere already, whose
    change the next pass of `advance_standings` brings; more than 10,000 are not counted. `is_told`:
    nobody is left whom a publication has still to reach.
    """

    tiers: Sequence[TierCount]
    due: int
    is_told: bool


async def count_members(tx: Tx, ladder: str) -> Counted:
    """Who stands where in a ladder, and how far that can be relied on.

    The version whose tiers are named is the last that is in force. Refusals: LadderNotFound.
    """
    several = (await publications.read_in_force(tx)).by_ladder.get(ladder)
    if not several:
        raise LadderNotFound
    now = [one for one in several if one.effective_from is None or one.effective_from <= tx.now]
    members = await counts.members_by_tier(tx, ladder)
    tiers = tier_counts(now[-1].ladder, members)
    return Counted(
        tiers, await counts.count_due(tx, ladder), await publications.is_told(tx, ladder)
    )
