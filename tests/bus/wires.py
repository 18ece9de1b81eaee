"""The two transports, as the contract suite handles them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.bus.kafka import KafkaBus
from chassis.bus.local import LocalBus
from chassis.bus.message import Message
from chassis.bus.port import Bus
from chassis.database import Database
from chassis.testing.eventually import eventually
from chassis.tx import Cause
from deploy.kafka import Broker

AUTHOR = "member-svc"
HEARER = "points-svc"
TOPIC = "loyalty.members"
PARTITIONS = 3


class LocalWire:
    """The bus in the author's database."""

    name = "local"

    def __init__(self, author: Database) -> None:
        self._author = author

    def bus(self, service: str) -> Bus:
        """A service's way to it."""
        return LocalBus(service, {AUTHOR: self._author.dsn}, PARTITIONS)

    async def forget(self) -> None:
        """Each test's author has a database of its own."""

    async def recreate(self) -> None:
        """The topics are lost with all that was in them."""
        async with self._author.begin(Cause("test", "test")) as tx:
            await tx.execute("forget_log", "DELETE FROM bus_log")
            await tx.execute("forget_topics", "DELETE FROM bus_topic")


class KafkaWire:
    """A real broker."""

    name = "kafka"

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def bus(self, service: str) -> Bus:
        """A service's way to it."""
        return KafkaBus(service, self.broker.bootstrap, PARTITIONS)

    async def forget(self) -> None:
        """Leave nothing of the tests before."""
        await forget(self.broker)

    async def recreate(self) -> None:
        """The topics are lost with all that was in them, and made again by whoever needs them."""
        await self.forget()


Wire = LocalWire | KafkaWire


@asynccontextmanager
async def admin(broker: Broker) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that may make and delete topics."""
    client = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def partition_ends(broker: Broker) -> dict[int, int]:
    """Where each partition of the topic ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        return {part.partition: end for part, end in (await consumer.end_offsets(parts)).items()}
    finally:
        await consumer.stop()


async def forget(broker: Broker) -> None:
    """Leave no topic of whoever used the broker before."""
    async with admin(broker) as at:

        async def left() -> list[str]:
            return [topic for topic in await at.list_topics() if not topic.startswith("_")]

        async def none_left() -> bool:
            return not await left()

        await at.delete_topics(await left())
        await eventually(none_left, what="topics deleted")


async def put(wire: Wire, author: Database, messages: Sequence[Message]) -> None:
    """Put raw messages on the bus, whatever they say."""
    bus = wire.bus(AUTHOR)
    publisher = bus.publisher()
    try:
        await publisher.start()
        async with author.begin(Cause("test", "test")) as tx:
            await publisher.publish(tx, messages)
        publisher.published()
    finally:
        await publisher.stop()
        await bus.close()


__all__ = [
    "AUTHOR",
    "HEARER",
    "TOPIC",
    "KafkaError",
    "KafkaWire",
    "LocalWire",
    "Wire",
    "forget",
    "partition_ends",
    "put",
]
