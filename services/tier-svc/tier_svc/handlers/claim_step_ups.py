"""Take in hand steps up that nobody has."""

from collections.abc import Sequence

from chassis.tx import Tx
from tier_svc.domain.step_ups import StepUp
from tier_svc.store import step_ups


async def claim_step_ups(tx: Tx, limit: int) -> Sequence[StepUp]:
    """At most `limit` of them, leased to us for a while; another process takes others."""
    return await step_ups.claim_due(tx, limit)
