"""Take up redemptions that nobody has in hand."""

from collections.abc import Sequence

from benefit_svc.domain.redemptions import Redemption
from benefit_svc.store import redemptions
from chassis.tx import Tx


async def claim_redemptions(tx: Tx, limit: int) -> Sequence[Redemption]:
    """At most `limit` of them, leased to us for a while; another process takes others."""
    return await redemptions.claim_due(tx, limit)
