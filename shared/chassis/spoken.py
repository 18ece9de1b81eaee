"""Who was spoken of: the keys of what transactions said, read once each from the outbox.

Rows are numbered before they commit, so a later number may be seen first. What is missing below the
last number seen is a gap: looked for until every transaction that was under way has ended, by the
database's own count; then it was rolled back.
"""

from dataclasses import dataclass
from typing import NamedTuple

from chassis.bus.message import unpack
from chassis.tx import Tx

GAPS_MAX = 10_000

COUNT = """
SELECT CAST(CAST(pg_snapshot_xmin(s.now) AS text) AS bigint) AS oldest,
       CAST(CAST(pg_snapshot_xmax(s.now) AS text) AS bigint) AS next
FROM (SELECT pg_current_snapshot() AS now) s
"""
SPOKEN = """
(SELECT id, records FROM outbox WHERE id > :reached ORDER BY id LIMIT :rows_max)
UNION ALL
(SELECT id, records FROM outbox WHERE id = ANY(CAST(:gaps AS bigint[])) ORDER BY id)
"""


@dataclass(frozen=True)
class Reached:
    """How far the outbox was read, the numbers below that were not there, and the first transaction
    that surely began after they were missed.
    """

    reached: int = 0
    gaps: tuple[int, ...] = ()
    seen_by: int = 0


class Spoken(NamedTuple):
    """The keys that were spoken of, and how far that is."""

    keys: frozenset[str]
    reached: Reached
    rows: int


async def spoken(tx: Tx, before: Reached, rows_max: int) -> Spoken:
    """The keys of at most `rows_max` transactions behind `before`, and of gaps that were filled."""
    (count,) = await tx.execute("count_transactions", COUNT)
    rows = await tx.execute(
        "spoken", SPOKEN, reached=before.reached, gaps=list(before.gaps), rows_max=rows_max
    )
    keys = frozenset(message.key for row in rows for message in unpack(row.records))
    ids = {row.id for row in rows}
    reached = max([before.reached, *ids])
    first = min(ids, default=0) if before.reached == 0 else before.reached + 1
    holes = [n for n in range(max(first, reached - GAPS_MAX), reached) if n not in ids]
    is_over = before.seen_by <= count.oldest or before.seen_by > count.next
    gaps = [n for n in before.gaps if n not in ids and not is_over] + holes
    if not gaps:
        return Spoken(keys, Reached(reached), len(rows))
    seen_by = count.next if holes else before.seen_by
    return Spoken(keys, Reached(reached, tuple(gaps), seen_by), len(rows))
