"""The bus of one machine, without a broker: each author's database holds the log of its topics.

The relay, alone under its advisory lock, moves outbox rows into `bus_log` and marks them sent in
one transaction, so that the log has no gap and no double. A row of the log is a *segment*: the
records of one relay round for one partition, compressed as one value, with consecutive offsets that
end before `next_offset`. Subscribers read the authors' databases and keep their own place in their
own, exactly as with Kafka; the author learns of it from time to time, so that what somebody has
still to read is never dropped.
"""

from collections.abc import Collection, Mapping, Sequence
from zlib import crc32

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.bus import bell, segments
from chassis.bus.local_subscriber import LocalSubscriber
from chassis.bus.message import Message, pack
from chassis.bus.port import Positions
from chassis.bus.topics import Catalog, author_of
from chassis.database import engine
from chassis.tx import Tx
from contracts.catalog import TOPICS

PARTITIONS = 4
READERS_MAX = 2


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key; the same for ever as long as their number is."""
    return crc32(key.encode()) % partitions


class LocalPublisher:
    """Writes an author's topics into its own database."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._counts: dict[str, int] = {}
        self._rung: set[str] = set()

    async def start(self) -> None:
        """Nothing to do: topics are made in the transaction that first writes them."""

    async def lives(self) -> Mapping[str, str]:
        """Log and outbox live and die together, so nothing has ever to be said again."""
        return {}

    async def publish(self, tx: Tx, messages: Sequence[Message]) -> None:
        """Append to the log. The caller holds the author's relay lock in `tx`, so offsets have no
        gap.
        """
        groups = self._grouped(messages) if self._counts else {}
        if not groups or not await segments.append(tx, _segments(groups)):
            self._counts = await segments.make_topics(
                tx, {m.topic for m in messages}, self._partitions
            )
            groups = self._grouped(messages)
            assert await segments.append(tx, _segments(groups))
        self._rung = {topic for topic, _ in groups}

    def published(self) -> None:
        """Wake the subscribers of this process."""
        bell.ring(self._rung)

    async def stop(self) -> None:
        """Nothing is held."""

    def _grouped(self, messages: Sequence[Message]) -> dict[tuple[str, int], list[Message]]:
        groups: dict[tuple[str, int], list[Message]] = {}
        for message in messages:
            count = self._counts.get(message.topic, 1)
            groups.setdefault((message.topic, partition_of(message.key, count)), []).append(message)
        return groups


def _segments(groups: Mapping[tuple[str, int], list[Message]]) -> list[segments.Segment]:
    return [
        segments.Segment(topic, partition, len(messages), pack(messages))
        for (topic, partition), messages in sorted(groups.items())
    ]


class LocalBus:
    """One service's way to the bus of one machine. `authors` names each author's database (service
    → DSN).
    """

    def __init__(
        self,
        service: str,
        authors: Mapping[str, str],
        partitions: int = PARTITIONS,
        catalog: Catalog = TOPICS,
    ) -> None:
        self.service = service
        self._authors = authors
        self._partitions = partitions
        self._catalog = catalog
        self._engines: dict[str, AsyncEngine] = {}

    def publisher(self) -> LocalPublisher:
        """For the service's relay, whose transactions are in its own database."""
        return LocalPublisher(self._partitions)

    def subscriber(
        self, consumer: str, topics: Collection[str], positions: Positions
    ) -> LocalSubscriber:
        """For one consumer. Raises KeyError where an author's database is not named."""
        by_author: dict[str, list[str]] = {}
        for topic in topics:
            by_author.setdefault(author_of(topic, self._catalog), []).append(topic)
        authors = {self._engine(author): topics for author, topics in by_author.items()}
        return LocalSubscriber(consumer, authors, positions)

    async def close(self) -> None:
        """Give back every connection to the authors."""
        for reading in self._engines.values():
            await reading.dispose()

    def _engine(self, author: str) -> AsyncEngine:
        if author not in self._engines:
            made = engine(self._authors[author], READERS_MAX)
            self._engines[author] = made.execution_options(isolation_level="AUTOCOMMIT")
        return self._engines[author]
