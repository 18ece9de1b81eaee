"""Take in hand what others left open: after a crash, a timeout, a lost connection."""

import asyncio

from chassis import failpoints
from chassis.tx import Begin, Cause
from tier_svc.handlers.claim_step_ups import claim_step_ups
from tier_svc.processes.walk_step_up import Keep, Walk, walk_step_up

failpoints.register("step_up.after_claim")

WITHIN_S = 4.0


async def recover_step_ups(begin: Begin, cause: Cause, keep: Keep, limit: int) -> int:
    """Walk at most `limit` steps at once; answers how many were taken in hand. Where one of them
    fails the others are walked to their end first; then the round has failed, and says of which
    kind.
    """
    async with begin(cause) as tx:
        claimed = await claim_step_ups(tx, limit)
        taken_at = tx.now
    await failpoints.reach("step_up.after_claim")
    walk = Walk(begin, cause, keep, WITHIN_S, taken_at)
    walkers = (walk_step_up(walk, one) for one in claimed)
    for ended in await asyncio.gather(*walkers, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended
    return len(claimed)
