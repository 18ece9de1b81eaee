"""How far a consumer is, kept beside what it did: the fence that a second copy of it cannot
pass.
"""

from collections.abc import Sequence

from chassis.bus.message import Place
from chassis.tx import Tx

MAKE = """
INSERT INTO consumer_offset (consumer, topic, incarnation, partition, next_offset, updated_at)
SELECT :consumer, topic, incarnation, partition, 0, now()
FROM unnest(CAST(:topics AS text[]), CAST(:incarnations AS text[]), CAST(:partitions AS integer[]))
    AS p(topic, incarnation, partition)
ORDER BY topic, incarnation, partition
ON CONFLICT (consumer, topic, incarnation, partition) DO NOTHING
"""

STAND = """
SELECT o.topic, o.incarnation, o.partition, o.next_offset
FROM consumer_offset AS o
JOIN unnest(CAST(:topics AS text[]), CAST(:incarnations AS text[]), CAST(:partitions AS integer[]))
    AS p(topic, incarnation, partition)
    ON p.topic = o.topic AND p.incarnation = o.incarnation AND p.partition = o.partition
WHERE o.consumer = :consumer
"""

ADVANCE = """
UPDATE consumer_offset SET next_offset = :ends_at, updated_at = now()
WHERE consumer = :consumer AND topic = :topic AND incarnation = :incarnation
    AND partition = :partition AND next_offset = :expected AND next_offset < :ends_at
RETURNING 1
"""


class Zombie(Exception):
    """Somebody else has advanced this offset: what we hold is not ours to work on."""


async def stand(tx: Tx, consumer: str, places: Sequence[Place]) -> dict[Place, int]:
    """The offset to read next at each place; 0 at one never seen, which begins a row."""
    columns = {
        "topics": [place.topic for place in places],
        "incarnations": [place.incarnation for place in places],
        "partitions": [place.partition for place in places],
    }
    await tx.execute("make_offsets", MAKE, consumer=consumer, **columns)
    rows = await tx.execute("read_offsets", STAND, consumer=consumer, **columns)
    return {Place(row.topic, row.incarnation, row.partition): row.next_offset for row in rows}


async def advance(tx: Tx, consumer: str, place: Place, expected: int, ends_at: int) -> None:
    """Stand at `ends_at`, from `expected` only. Raises Zombie."""
    rows = await tx.execute(
        "advance_offset",
        ADVANCE,
        consumer=consumer,
        expected=expected,
        ends_at=ends_at,
        **place._asdict(),
    )
    if not rows:
        raise Zombie(f"{place.topic}/{place.partition}")
