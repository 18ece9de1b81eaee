"""What a transaction says, kept in one row beside what it did until the relay has sent it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contracts.events.base import Event

from chassis.bus.codec import encode
from chassis.bus.message import pack

if TYPE_CHECKING:
    from chassis.tx import Tx

WRITE_OUTBOX = """
INSERT INTO outbox (created_at, n, records) VALUES (:created_at, :n, :records)
"""


async def write(tx: Tx, events: Sequence[Event]) -> None:
    """One row with all events of the transaction, in the order they were emitted. None: no row."""
    if not events:
        return
    messages = [encode(event) for event in events]
    await tx.execute("write_outbox", WRITE_OUTBOX, created_at=tx.now, n=len(messages), records=pack(messages))
