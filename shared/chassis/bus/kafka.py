"""The bus over Apache Kafka: at least once, no broker transactions; outbox and fence do the work.

Every await on the client is bounded, because commits and stops hang when the broker is gone. The
idempotent producer is off: a stuck one never gives its batches up. aiokafka has one batch of a
partition in flight, so order per key holds.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.bus.bounded import let_go
from chassis.bus.kafka_subscriber import KafkaSubscriber
from chassis.bus.kafka_topics import KEPT_S, MESSAGE_BYTES_MAX, REQUEST_MAX_MS, Shape, Topics
from chassis.bus.message import Message
from chassis.bus.port import BusDown, Positions
from chassis.bus.topics import Catalog, topics_of
from chassis.tx import Tx
from contracts.catalog import TOPICS

START_MAX_S = 10.0
SEND_MAX_S = 10.0
STOP_MAX_S = 1.5
METADATA_MAX_AGE_MS = 10_000
RETRY_MS = 50


class KafkaPublisher:
    """Sends an author's topics. After a failure it is stopped and started again."""

    def __init__(self, brokers: str, topics: Sequence[str], shape: Shape) -> None:
        self._brokers = brokers
        self._topics = topics
        self._shape = shape
        self._asking = Topics(brokers)
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Make the author's topics where they are missing, and connect. Raises BusDown."""
        await self._asking.make(self._topics, self._shape)
        producer = AIOKafkaProducer(
            bootstrap_servers=self._brokers,
            acks="all",
            enable_idempotence=False,
            linger_ms=0,
            max_request_size=MESSAGE_BYTES_MAX,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
            request_timeout_ms=REQUEST_MAX_MS,
            retry_backoff_ms=RETRY_MS,
        )
        self._producer = producer
        try:
            async with asyncio.timeout(START_MAX_S):
                await producer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            raise BusDown(f"producer: {type(error).__name__}") from error

    async def lives(self) -> Mapping[str, str]:
        """Each topic's id. Raises BusDown."""
        return await self._asking.ids(self._topics)

    async def publish(self, tx: Tx, messages: Sequence[Message]) -> None:
        """All at once; Kafka's own batches and connections run side by side. Raises BusDown."""
        assert self._producer is not None
        try:
            async with asyncio.timeout(SEND_MAX_S):
                sent = [await _send(self._producer, message) for message in messages]
                done = await asyncio.gather(*sent, return_exceptions=True)
        except (KafkaError, OSError, TimeoutError) as error:
            raise BusDown(f"send: {type(error).__name__}") from error
        for failure in done:
            if isinstance(failure, (KafkaError, OSError, TimeoutError)):
                raise BusDown(f"send: {type(failure).__name__}") from failure
            if isinstance(failure, BaseException):
                raise failure

    def published(self) -> None:
        """Subscribers hear from the broker."""

    async def stop(self) -> None:
        """Let go of the broker, within seconds."""
        producer, self._producer = self._producer, None
        await self._asking.close()
        if producer is not None:
            await let_go(producer.stop(), STOP_MAX_S)


async def _send(producer: AIOKafkaProducer, message: Message) -> asyncio.Future[object]:
    sent: asyncio.Future[object] = await producer.send(
        message.topic, value=message.body, key=message.key.encode(), headers=list(message.headers)
    )
    return sent


class KafkaBus:
    """One service's way to a Kafka cluster. `partitions` of new topics, and how long they keep a
    record; what exists keeps its own.
    """

    def __init__(
        self,
        service: str,
        brokers: str,
        partitions: int,
        kept_s: float = KEPT_S,
        catalog: Catalog = TOPICS,
    ) -> None:
        self.service = service
        self._brokers = brokers
        self._shape = Shape(partitions, kept_s)
        self._catalog = catalog

    def publisher(self) -> KafkaPublisher:
        """For the service's relay."""
        return KafkaPublisher(self._brokers, topics_of(self.service, self._catalog), self._shape)

    def subscriber(
        self, consumer: str, topics: Collection[str], positions: Positions
    ) -> KafkaSubscriber:
        """A member of the group named `consumer`."""
        return KafkaSubscriber(self._brokers, consumer, sorted(topics), self._shape, positions)

    async def close(self) -> None:
        """Nothing is shared."""
