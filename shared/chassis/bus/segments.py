"""The statements on an author's log: topics, the end of each partition, and the segments
between.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bus.message import Place
from chassis.tx import Tx

SEGMENTS_MAX = 64
"""Segments read of one partition at once."""

MAKE_TOPICS = """
INSERT INTO bus_topic (topic, incarnation, partitions, created_at)
SELECT topic, CAST(gen_random_uuid() AS text), :partitions, now()
FROM unnest(CAST(:topics AS text[])) AS topic
ON CONFLICT (topic) DO NOTHING
"""

MAKE_PARTITIONS = """
INSERT INTO bus_partition (topic, partition, next_offset)
SELECT topic, partition, 0
FROM bus_topic CROSS JOIN LATERAL generate_series(0, partitions - 1) AS partition
WHERE topic = ANY(CAST(:topics AS text[]))
ON CONFLICT (topic, partition) DO NOTHING
"""

PARTITION_COUNTS = """
SELECT topic, partitions FROM bus_topic
"""

APPEND = """
WITH said AS (
    SELECT * FROM unnest(
        CAST(:topics AS text[]), CAST(:partitions AS integer[]),
        CAST(:counts AS integer[]), CAST(:records AS bytea[])
    ) AS s(topic, partition, n, records)
), ended AS (
    UPDATE bus_partition AS b SET next_offset = b.next_offset + s.n
    FROM said AS s WHERE b.topic = s.topic AND b.partition = s.partition
    RETURNING b.topic, b.partition, b.next_offset
)
INSERT INTO bus_log (topic, partition, next_offset, n, records, created_at)
SELECT e.topic, e.partition, e.next_offset, s.n, s.records, now()
FROM ended AS e JOIN said AS s ON s.topic = e.topic AND s.partition = e.partition
RETURNING 1
"""

ENDS = text("""
SELECT p.topic, t.incarnation, p.partition, p.next_offset
FROM bus_partition AS p JOIN bus_topic AS t ON t.topic = p.topic
WHERE p.topic = ANY(CAST(:topics AS text[]))
ORDER BY p.topic, p.partition
""")

BEGINS = text("""
SELECT p.topic, t.incarnation, p.partition, coalesce(
    (
        SELECT l.next_offset - l.n FROM bus_log AS l
        WHERE l.topic = p.topic AND l.partition = p.partition ORDER BY l.next_offset LIMIT 1
    ),
    p.next_offset
) AS first_offset
FROM bus_partition AS p JOIN bus_topic AS t ON t.topic = p.topic
WHERE p.topic = ANY(CAST(:topics AS text[]))
ORDER BY p.topic, p.partition
""")

READ = text("""
SELECT a.topic, a.incarnation, a.partition, l.next_offset, l.n, l.records
FROM unnest(
    CAST(:topics AS text[]), CAST(:incarnations AS text[]),
    CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])
) AS a(topic, incarnation, partition, from_offset)
JOIN bus_topic AS t ON t.topic = a.topic AND t.incarnation = a.incarnation
CROSS JOIN LATERAL (
    SELECT s.next_offset, s.n, s.records, sum(s.n) OVER (ORDER BY s.next_offset) - s.n AS before
    FROM (
        SELECT next_offset, n, records FROM bus_log AS b
        WHERE b.topic = a.topic AND b.partition = a.partition AND b.next_offset > a.from_offset
        ORDER BY b.next_offset LIMIT :segments_max
    ) AS s
) AS l
WHERE l.before < :limit
ORDER BY a.topic, a.partition, l.next_offset
""")

TRIM = """
DELETE FROM bus_log AS b USING (
    SELECT l.topic, l.partition, l.next_offset
    FROM bus_partition AS p
    CROSS JOIN LATERAL (
        SELECT min(coalesce(at.next_offset, 0)) AS passed
        FROM bus_reader AS r
        JOIN bus_topic AS t ON t.topic = r.topic
        LEFT JOIN bus_position AS at ON at.topic = r.topic AND at.reader = r.reader
            AND at.partition = p.partition AND at.incarnation = t.incarnation
        WHERE r.topic = p.topic
    ) AS slowest
    CROSS JOIN LATERAL (
        SELECT o.topic, o.partition, o.next_offset, o.created_at FROM bus_log AS o
        WHERE o.topic = p.topic AND o.partition = p.partition
        ORDER BY o.next_offset LIMIT :limit
    ) AS l
    WHERE l.created_at < now() - make_interval(secs => :kept_s)
        AND l.next_offset <= coalesce(slowest.passed, l.next_offset)
) AS old
WHERE b.topic = old.topic AND b.partition = old.partition AND b.next_offset = old.next_offset
RETURNING 1
"""

OLDEST = """
SELECT min(l.created_at) AS at
FROM bus_partition AS p CROSS JOIN LATERAL (
    SELECT o.created_at FROM bus_log AS o
    WHERE o.topic = p.topic AND o.partition = p.partition
    ORDER BY o.next_offset LIMIT 1
) AS l
"""


class Segment(NamedTuple):
    """Records of one partition that are appended together."""

    topic: str
    partition: int
    n: int
    records: bytes


class Found(NamedTuple):
    """A segment as it stands in the log: `n` records that end before `next_offset`."""

    place: Place
    next_offset: int
    n: int
    records: bytes


async def make_topics(tx: Tx, topics: Collection[str], partitions: int) -> dict[str, int]:
    """Make what is missing; the number of partitions of every topic. A topic that is there keeps
    its own.
    """
    names = sorted(topics)
    await tx.execute("make_topics", MAKE_TOPICS, topics=names, partitions=partitions)
    await tx.execute("make_partitions", MAKE_PARTITIONS, topics=names)
    return {
        row.topic: row.partitions for row in await tx.execute("partition_counts", PARTITION_COUNTS)
    }


async def append(tx: Tx, said: Sequence[Segment]) -> bool:
    """Append all; False, and some or nothing appended, where a partition is missing (make_topics
    first).
    """
    topics, partitions, counts, records = (list(column) for column in zip(*said, strict=True))
    rows = await tx.execute(
        "append_bus_log",
        APPEND,
        topics=topics,
        partitions=partitions,
        counts=counts,
        records=records,
    )
    return len(rows) == len(said)


async def trim(tx: Tx, kept_s: float, limit: int) -> int:
    """Drop segments older than `kept_s` seconds that every known reader has passed, oldest first,
    at most `limit` of each partition.
    """
    return len(await tx.execute("trim_bus_log", TRIM, kept_s=kept_s, limit=limit))


async def oldest(tx: Tx) -> datetime | None:
    """When the oldest segment that is still kept was appended; None: the log is empty."""
    at: datetime | None = (await tx.execute("oldest_segment", OLDEST))[0].at
    return at


async def ends(connection: AsyncConnection, topics: Sequence[str]) -> dict[Place, int]:
    """Where each partition of `topics` ends now."""
    rows = await connection.execute(ENDS, {"topics": topics})
    return {Place(row.topic, row.incarnation, row.partition): row.next_offset for row in rows}


async def begins(connection: AsyncConnection, topics: Sequence[str]) -> dict[Place, int]:
    """The first offset that each partition of `topics` still has; its end where it has none."""
    rows = await connection.execute(BEGINS, {"topics": topics})
    return {Place(row.topic, row.incarnation, row.partition): row.first_offset for row in rows}


async def read(
    connection: AsyncConnection, offsets: Mapping[Place, int], limit: int
) -> list[Found]:
    """The segments that hold each place's offset and what follows, about `limit` records of each,
    in order.
    """
    places = sorted(offsets)
    rows = await connection.execute(
        READ,
        {
            "topics": [place.topic for place in places],
            "incarnations": [place.incarnation for place in places],
            "partitions": [place.partition for place in places],
            "offsets": [offsets[place] for place in places],
            "segments_max": SEGMENTS_MAX,
            "limit": limit,
        },
    )
    return [
        Found(Place(r.topic, r.incarnation, r.partition), r.next_offset, r.n, r.records)
        for r in rows
    ]
