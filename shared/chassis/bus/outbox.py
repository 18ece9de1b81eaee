"""What a transaction says, kept in one row beside what it did until the relay has sent it.

Rows are dated by the database: their age is the bus's business, whatever moment a test stands at.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.bus.codec import encode
from chassis.bus.message import Message, pack, unpack
from chassis.tx import Tx
from contracts.events.base import Event

WRITE = """
INSERT INTO outbox (created_at, n, records) VALUES (now(), :n, :records)
"""

LEAD = """
SELECT pg_try_advisory_xact_lock(hashtext('laurel'), hashtext('relay')) AS leads
"""

CLAIM = """
SELECT id, records FROM (
    SELECT id, records, n, sum(n) OVER (ORDER BY id) AS total FROM (
        SELECT id, records, n FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT :rows_max
    ) AS unsent
) AS counted
WHERE total - n < :records_max
ORDER BY id
"""

MARK = """
UPDATE outbox SET sent_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))
"""

UNSENT = """
SELECT
    count(*) AS rows,
    CAST(coalesce(extract(epoch FROM now() - min(created_at)), 0) AS double precision) AS age_s
FROM outbox WHERE sent_at IS NULL
"""

TRIM = """
DELETE FROM outbox WHERE id IN (
    SELECT id FROM (SELECT id, sent_at FROM outbox ORDER BY id LIMIT :limit) AS oldest
    WHERE sent_at < now() - make_interval(secs => :kept_s)
        AND sent_at < coalesce(CAST(:unread_from AS timestamptz), 'infinity')
)
RETURNING 1
"""


class Claimed(NamedTuple):
    """Outbox rows in the order in which they were written, and what they say."""

    ids: list[int]
    messages: list[Message]


async def write(tx: Tx, events: Sequence[Event]) -> None:
    """One row with all events of the transaction, in the order they were emitted. None: no row."""
    if events:
        messages = [encode(event, tx.cause.traceparent) for event in events]
        await tx.execute("write_outbox", WRITE, n=len(messages), records=pack(messages))


async def lead(tx: Tx) -> bool:
    """Whether this transaction is the one relay at work on its database, until it ends."""
    rows = await tx.execute("lead_relay", LEAD)
    return bool(rows[0].leads)


async def claim(tx: Tx, rows_max: int, records_max: int) -> Claimed:
    """The oldest unsent rows: always asked of the table, since a row may commit after a later
    one.
    """
    rows = await tx.execute("claim_outbox", CLAIM, rows_max=rows_max, records_max=records_max)
    return Claimed(
        [row.id for row in rows], [message for row in rows for message in unpack(row.records)]
    )


async def mark(tx: Tx, ids: Sequence[int]) -> None:
    """These rows are on the bus."""
    await tx.execute("mark_outbox", MARK, ids=list(ids))


async def unsent(tx: Tx) -> tuple[int, float]:
    """How many rows wait, and how old the oldest is, in seconds."""
    row = (await tx.execute("unsent_outbox", UNSENT))[0]
    return row.rows, row.age_s


async def trim(tx: Tx, kept_s: float, unread_from: datetime | None, limit: int) -> int:
    """Drop rows sent more than `kept_s` seconds ago, oldest first; none that was sent at or after
    `unread_from` (None: nobody has still to read).
    """
    return len(
        await tx.execute("trim_outbox", TRIM, kept_s=kept_s, unread_from=unread_from, limit=limit)
    )
