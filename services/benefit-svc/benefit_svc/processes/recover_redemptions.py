"""Take up what others left open: after a crash, a timeout, a lost connection. Any process may."""

import asyncio

from benefit_svc.handlers.claim_redemptions import claim_redemptions
from benefit_svc.processes.walk_redemption import Keep, Walk, walk_redemption
from chassis import failpoints
from chassis.tx import Begin, Cause

failpoints.register("saga.after_claim")

WITHIN_S = 4.0


async def recover_redemptions(begin: Begin, cause: Cause, keep: Keep, limit: int) -> int:
    """Walk at most `limit` redemptions at once; answers how many were taken up. Where one of them
    fails the others are walked to their end first; then the round has failed, and says of which
    kind.
    """
    async with begin(cause) as tx:
        claimed = await claim_redemptions(tx, limit)
    await failpoints.reach("saga.after_claim")
    walk = Walk(begin, cause, keep, WITHIN_S)
    walkers = (walk_redemption(walk, redemption) for redemption in claimed)
    for ended in await asyncio.gather(*walkers, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended
    return len(claimed)
