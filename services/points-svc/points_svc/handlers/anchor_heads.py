"""Keep the heads of chains outside the database."""

from chassis.anchors import Head
from chassis.spoken import spoken
from chassis.tx import Begin, Cause
from points_svc.store import anchors, audit


async def anchor_heads(begin: Begin, cause: Cause, limit: int) -> int:
    """Anchor the heads of whoever at most `limit` transactions spoke of since the last anchor;
    answers how many transactions. Killed anywhere, it anchors the same heads again.
    """
    async with begin(cause) as tx:
        before = await anchors.lock_mark(tx)
        if before is None:
            return 0
        heard = await spoken(tx, before, limit)
        heads = [Head(*head) for head in await audit.heads_of(tx, heard.keys)] if heard.keys else []
        if heads:
            anchor = await begin.anchors.keep(tx.now, heads)
            await anchors.append_anchor(tx, anchor, is_outside=begin.anchors.is_outside)
        if heard.reached != before:
            await anchors.move_mark(tx, heard.reached)
    return heard.rows
