"""What was anchored, and how far."""

from chassis.anchors import Anchor
from chassis.spoken import Reached
from chassis.tx import Tx
from points_svc.domain.proof import LastAnchor

BEGIN_MARK = """
INSERT INTO anchor_mark (is_one, reached, gaps, seen_by) VALUES (true, 0, '{}', 0)
ON CONFLICT (is_one) DO NOTHING
"""
LOCK_MARK = "SELECT reached, gaps, seen_by FROM anchor_mark FOR UPDATE SKIP LOCKED"
MOVE_MARK = """
UPDATE anchor_mark SET reached = :reached, gaps = CAST(:gaps AS bigint[]), seen_by = :seen_by
"""
APPEND_ANCHOR = """
INSERT INTO anchor (anchored_at, number, heads, root, link, is_outside)
VALUES (:now, :number, :heads, :root, :link, :is_outside)
"""
LAST_ANCHOR = """
SELECT anchored_at, number, heads, root, is_outside FROM anchor ORDER BY anchor_id DESC LIMIT 1
"""


async def lock_mark(tx: Tx) -> Reached | None:
    """How far was anchored, for this transaction alone; None where another has it in hand."""
    await tx.execute("begin_mark", BEGIN_MARK)
    rows = await tx.execute("lock_mark", LOCK_MARK)
    return Reached(rows[0].reached, tuple(rows[0].gaps), rows[0].seen_by) if rows else None


async def move_mark(tx: Tx, reached: Reached) -> None:
    """Keep how far was anchored."""
    await tx.execute(
        "move_mark",
        MOVE_MARK,
        reached=reached.reached,
        gaps=list(reached.gaps),
        seen_by=reached.seen_by,
    )


async def append_anchor(tx: Tx, anchor: Anchor, *, is_outside: bool) -> None:
    """Keep what was anchored, also here."""
    await tx.execute(
        "append_anchor",
        APPEND_ANCHOR,
        now=tx.now,
        number=anchor.number,
        heads=anchor.heads,
        root=anchor.root,
        link=anchor.link,
        is_outside=is_outside,
    )


async def last_anchor(tx: Tx) -> LastAnchor | None:
    """The anchor that was made last."""
    rows = await tx.execute("last_anchor", LAST_ANCHOR)
    return LastAnchor._make(rows[0]) if rows else None
