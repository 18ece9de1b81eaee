"""Count who stands where."""

from collections.abc import Sequence

from chassis.tx import Tx
from tier_svc.domain.distribution import TierCount, tier_counts
from tier_svc.domain.refusals import LadderNotFound
from tier_svc.store import counts, publications


async def count_members(tx: Tx, ladder: str) -> tuple[Sequence[TierCount], int]:
    """The members in each tier of a ladder, and how many of them stand elsewhere already, whose
    change the next pass of `advance_standings` brings; more than 10,000 are not counted.

    The version whose tiers are named is the last that is in force. Refusals: LadderNotFound.
    """
    several = (await publications.read_in_force(tx)).by_ladder.get(ladder)
    if not several:
        raise LadderNotFound
    now = [one for one in several if one.effective_from is None or one.effective_from <= tx.now]
    members = await counts.members_by_tier(tx, ladder)
    return tier_counts(now[-1].ladder, members), await counts.count_due(tx, ladder)
