"""Who reads an author's log, and how far each is: what nobody needs any more may be dropped.

A reader makes itself known when it begins, and says every second or so where it stands. What it has
not passed is kept, however old; one that is gone for good has to be forgotten by a person.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bus.message import Place
from chassis.tx import Row, Tx

MEET = text("""
INSERT INTO bus_reader (topic, reader, seen_at)
SELECT topic, :reader, now() FROM unnest(CAST(:topics AS text[])) AS topic
ORDER BY topic
ON CONFLICT (topic, reader) DO UPDATE SET seen_at = excluded.seen_at
""")

PASS = text("""
INSERT INTO bus_position (topic, reader, partition, incarnation, next_offset)
SELECT topic, :reader, partition, incarnation, next_offset
FROM unnest(
    CAST(:topics AS text[]), CAST(:partitions AS integer[]),
    CAST(:incarnations AS text[]), CAST(:offsets AS bigint[])
) AS p(topic, partition, incarnation, next_offset)
ORDER BY topic, partition
ON CONFLICT (topic, reader, partition) DO UPDATE
SET incarnation = excluded.incarnation, next_offset = excluded.next_offset
""")

KNOWN = """
WITH stand AS (
    SELECT r.topic, r.reader, r.seen_at,
        CAST(coalesce(sum(b.next_offset - coalesce(at.next_offset, 0)), 0) AS bigint) AS behind
    FROM bus_reader AS r
    LEFT JOIN bus_topic AS t ON t.topic = r.topic
    LEFT JOIN bus_partition AS b ON b.topic = r.topic
    LEFT JOIN bus_position AS at ON at.topic = r.topic AND at.reader = r.reader
        AND at.partition = b.partition AND at.incarnation = t.incarnation
    GROUP BY r.topic, r.reader, r.seen_at
)
SELECT reader, array_agg(topic ORDER BY topic) AS topics, CAST(sum(behind) AS bigint) AS behind,
    min(seen_at) AS seen_at,
    CAST(extract(epoch FROM now() - min(seen_at)) AS double precision) AS age_s
FROM stand GROUP BY reader ORDER BY reader
"""

FORGET = """
DELETE FROM bus_reader WHERE reader = :reader RETURNING topic
"""


async def meet(connection: AsyncConnection, reader: str, topics: Collection[str]) -> None:
    """From now on `reader` is waited for, topics that are not there yet included."""
    await connection.execute(MEET, {"reader": reader, "topics": sorted(topics)})


async def pass_(connection: AsyncConnection, reader: str, offsets: Mapping[Place, int]) -> None:
    """`reader` needs nothing any more that lies before these offsets. It has been met."""
    places: Sequence[Place] = sorted(offsets)
    await connection.execute(
        PASS,
        {
            "reader": reader,
            "topics": [place.topic for place in places],
            "partitions": [place.partition for place in places],
            "incarnations": [place.incarnation for place in places],
            "offsets": [offsets[place] for place in places],
        },
    )


async def known(tx: Tx) -> list[Row]:
    """Each reader: its topics, how many records it is behind, and for how long it has said
    nothing.
    """
    return await tx.execute("known_readers", KNOWN)


async def forget(tx: Tx, reader: str) -> bool:
    """Wait for this reader no longer; False where there is none. One that is alive makes itself
    known again.
    """
    return bool(await tx.execute("forget_reader", FORGET, reader=reader))
