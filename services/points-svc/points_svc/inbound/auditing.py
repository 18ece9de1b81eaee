"""What the clock starts for the auditor, and the numbers that it tells the engineer on call."""

import time

from chassis import metrics
from chassis.tx import Begin, Cause
from points_svc.handlers.anchor_heads import anchor_heads
from points_svc.handlers.audit_ledger import audit_ledger
from points_svc.handlers.show_audit import show_audit


async def anchor(begin: Begin, cause: Cause, limit: int) -> int:
    """Anchor what changed; a round that found nothing more tells that all is anchored."""
    began = time.time()
    rows = await anchor_heads(begin, cause, limit)
    if not begin.anchors.is_outside:
        metrics.ANCHOR_AGE.labels(begin.service).set(-1)
    elif rows < limit:
        metrics.tell_age(metrics.ANCHOR_AGE, begin.service, began)
    return rows if rows == limit else 0


async def verify(begin: Begin, cause: Cause, limit: int) -> int:
    """Verify the next accounts, and tell how old the oldest check is."""
    read = await audit_ledger(begin, cause, limit)
    if not read:
        async with begin(cause) as tx:
            found = (await show_audit(tx, 0, 1)).round
            if found and found.last_began_at:
                began = time.time() - (tx.now - found.last_began_at).total_seconds()
                metrics.tell_age(metrics.AUDIT_AGE, begin.service, began)
                metrics.AUDIT_VIOLATIONS.labels(begin.service).set(found.last_violations)
    return read
