"""Take in hand what others left open: after a crash, a timeout, a lost connection."""

import asyncio

from chassis import failpoints
from chassis.tx import Begin, Cause
from tier_svc.handlers.claim_step_ups import claim_step_ups
from tier_svc.processes.walk_step_up import Keep, Walk, walk_step_up

failpoints.register("step_up.after_claim")

WITHIN_S = 4.0


async def recover_step_ups(begin: Begin, cause: Cause, keep: Keep, limit: int) -> int:
    """Walk at most `limit` steps at once; answers how many were taken in hand."""
    async with begin(cause) as tx:
        claimed = await claim_step_ups(tx, limit)
        taken_at = tx.now
    await failpoints.reach("step_up.after_claim")
    walk = Walk(begin, cause, keep, WITHIN_S, taken_at)
    async with asyncio.TaskGroup() as walkers:
        for one in claimed:
            walkers.create_task(walk_step_up(walk, one))
    return len(claimed)
