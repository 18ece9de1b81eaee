"""How far a consumer is, kept beside what it did: the fence that a second copy of it cannot
pass.

Beside the offset stands a witness: the digest of the record before it. A log whose tail was lost
fills the same offsets with other records; the witness tells. And how many records before it, one
after another, could not be understood: a consumer that is started again goes on counting.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chassis.bus.message import Place, Record
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
SELECT o.topic, o.incarnation, o.partition, o.next_offset, o.witness, o.parked_in_a_row
FROM consumer_offset AS o
JOIN unnest(CAST(:topics AS text[]), CAST(:incarnations AS text[]), CAST(:partitions AS integer[]))
    AS p(topic, incarnation, partition)
    ON p.topic = o.topic AND p.incarnation = o.incarnation AND p.partition = o.partition
WHERE o.consumer = :consumer
"""

ADVANCE = """
UPDATE consumer_offset SET next_offset = :ends_at, witness = :witness,
    parked_in_a_row = :parked_in_a_row, updated_at = now()
WHERE consumer = :consumer AND topic = :topic AND incarnation = :incarnation
    AND partition = :partition AND next_offset = :expected AND next_offset < :ends_at
RETURNING 1
"""

REWIND = """
UPDATE consumer_offset
SET next_offset = :begins_at, witness = NULL, parked_in_a_row = 0, updated_at = now()
WHERE consumer = :consumer AND topic = :topic AND incarnation = :incarnation
    AND partition = :partition AND next_offset = :expected
RETURNING 1
"""


class Zombie(Exception):
    """Somebody else has advanced this offset: what we hold is not ours to work on."""


class Stand(NamedTuple):
    """The offset to read next, the digest of the record before it (None: nothing vouches for it),
    and how many before it were parked in a row.
    """

    next_offset: int
    witness: bytes | None
    parked_in_a_row: int


class Rewound(Exception):
    """The log is not the one that we knew; we stand where it begins."""


async def stand(tx: Tx, consumer: str, places: Sequence[Place]) -> dict[Place, Stand]:
    """Where we are at each place; at the beginning of one never seen, which begins a row.

    Reads first: making a row again would wait for a copy of us that is just at work there.
    """
    columns = {
        "topics": [place.topic for place in places],
        "incarnations": [place.incarnation for place in places],
        "partitions": [place.partition for place in places],
    }
    rows = await tx.execute("read_offsets", STAND, consumer=consumer, **columns)
    if len(rows) < len(places):
        await tx.execute("make_offsets", MAKE, consumer=consumer, **columns)
        rows = await tx.execute("read_offsets", STAND, consumer=consumer, **columns)
    return {
        Place(row.topic, row.incarnation, row.partition): Stand(
            row.next_offset, row.witness, row.parked_in_a_row
        )
        for row in rows
    }


async def advance(
    tx: Tx, consumer: str, place: Place, expected: int, last: Record, parked_in_a_row: int = 0
) -> None:
    """Stand behind `last`, from `expected` only. Raises Zombie."""
    rows = await tx.execute(
        "advance_offset",
        ADVANCE,
        consumer=consumer,
        expected=expected,
        ends_at=last.offset + 1,
        witness=last.digest(),
        parked_in_a_row=parked_in_a_row,
        **place._asdict(),
    )
    if not rows:
        raise Zombie(f"{place.topic}/{place.partition}")


async def rewind(tx: Tx, consumer: str, place: Place, expected: int, begins_at: int = 0) -> None:
    """Stand where the log begins, from `expected` only. Raises Zombie."""
    rows = await tx.execute(
        "rewind_offset",
        REWIND,
        consumer=consumer,
        expected=expected,
        begins_at=begins_at,
        **place._asdict(),
    )
    if not rows:
        raise Zombie(f"{place.topic}/{place.partition}")
