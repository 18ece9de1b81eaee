"""Records that a log no longer has and that we never read: a consumer stops there until a person
has had them said again, or given them up.

A partition's offsets are dense: nothing is compacted and no broker transaction leaves marks. So the
next record has the next offset, or something was lost.
"""

from collections.abc import Sequence

from chassis.bus.message import Place, Record
from chassis.consumer.reading import Stop
from chassis.tx import Row, Tx

NOTICE = """
INSERT INTO consumer_gap (
    consumer, topic, incarnation, partition, next_offset, found_offset, noticed_at
) VALUES (:consumer, :topic, :incarnation, :partition, :next_offset, :found_offset, now())
ON CONFLICT (consumer, topic, incarnation, partition, next_offset) DO UPDATE
SET found_offset = excluded.found_offset, noticed_at = excluded.noticed_at,
    accepted_at = NULL, accepted_by = NULL
"""

OPEN = """
SELECT id FROM consumer_gap WHERE consumer = :consumer AND accepted_at IS NULL LIMIT 1
"""

LIST = """
SELECT id, consumer, topic, incarnation, partition, next_offset, found_offset, noticed_at,
    accepted_at
FROM consumer_gap WHERE accepted_at IS NULL AND id > :after ORDER BY id LIMIT :limit
"""

TAKE = """
SELECT id, consumer, topic, incarnation, partition, next_offset, found_offset, noticed_at,
    accepted_at
FROM consumer_gap WHERE id = :id FOR UPDATE
"""

ACCEPT = """
UPDATE consumer_gap SET accepted_at = now(), accepted_by = :accepted_by WHERE id = :id
"""

SKIP = """
UPDATE consumer_offset AS o SET next_offset = g.found_offset, witness = NULL, updated_at = now()
FROM consumer_gap AS g
WHERE g.id = :id AND o.consumer = g.consumer AND o.topic = g.topic
    AND o.incarnation = g.incarnation AND o.partition = g.partition
    AND o.next_offset = g.next_offset
"""


class Gap(Stop):
    """The log goes on at `found_offset`, and we have not read what lay before."""

    def __init__(self, next_offset: int, found_offset: int) -> None:
        super().__init__("gap", f"offsets {next_offset} to {found_offset - 1} are gone")
        self.next_offset = next_offset
        self.found_offset = found_offset


def dense(records: Sequence[Record], next_offset: int) -> int:
    """How many of `records` follow one another from `next_offset` on."""
    for count, record in enumerate(records):
        if record.offset != next_offset + count:
            return count
    return len(records)


async def notice(tx: Tx, consumer: str, place: Place, gap: Gap) -> None:
    """Keep it for people to look at."""
    await tx.execute(
        "notice_gap",
        NOTICE,
        consumer=consumer,
        next_offset=gap.next_offset,
        found_offset=gap.found_offset,
        **place._asdict(),
    )


async def is_any_open(tx: Tx, consumer: str) -> bool:
    """Whether a person has still to decide."""
    return bool(await tx.execute("open_gaps", OPEN, consumer=consumer))


async def waiting(tx: Tx, after: int, limit: int) -> list[Row]:
    """The gaps that are open, oldest first, behind id `after`."""
    return await tx.execute("list_gaps", LIST, after=after, limit=limit)


async def accept(tx: Tx, gap_id: int) -> Row | None:
    """Go on behind it, where the consumer stands there still. None: there is no such gap."""
    rows = await tx.execute("take_gap", TAKE, id=gap_id)
    if rows and rows[0].accepted_at is None:
        await tx.execute("skip_gap", SKIP, id=gap_id)
        await tx.execute("accept_gap", ACCEPT, id=gap_id, accepted_by=tx.cause.actor)
        rows = await tx.execute("take_gap", TAKE, id=gap_id)
    return rows[0] if rows else None
