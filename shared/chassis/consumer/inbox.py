"""What a consumer has seen, for effects that leave no key of their own behind."""

from collections.abc import Sequence
from typing import TypeVar

from chassis.tx import Tx
from contracts.events.base import Event

E = TypeVar("E", bound=Event)

SEE = """
INSERT INTO inbox (consumer, event_id, seen_at)
SELECT :consumer, event_id, now() FROM unnest(CAST(:event_ids AS text[])) AS event_id
ORDER BY event_id
ON CONFLICT (consumer, event_id) DO UPDATE SET seen_at = excluded.seen_at
RETURNING event_id, xmax = 0 AS is_fresh
"""


async def inbox(tx: Tx, consumer: str, events: Sequence[E]) -> list[E]:
    """Those of `events` that `consumer` sees for the first time, each once, in their order.

    What is seen again is dated anew: it is forgotten so long after it was last seen.
    """
    first = {event.event_id: event for event in reversed(events)}
    rows = await tx.execute("see_events", SEE, consumer=consumer, event_ids=list(first))
    fresh = {row.event_id for row in rows if row.is_fresh}
    return [event for event in events if event.event_id in fresh and first[event.event_id] is event]
