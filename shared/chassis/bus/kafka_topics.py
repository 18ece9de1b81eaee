"""Kafka's topics: made where missing, and told apart from another topic of the same name by the id
that Kafka gives each.

A topic id is new whenever a topic is made, also after a broker lost its disk; it is what offsets
are kept under. aiokafka's own metadata request stops at version 5 and ids came with version 10, so
that one request is written here in aiokafka's own terms (Metadata v12, KIP-516).
"""

import asyncio
from collections.abc import Collection
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from chassis.bus.bounded import let_go
from chassis.bus.message import RECORD_BODY_MAX
from chassis.bus.port import BusDown

ASK_MAX_S = 10.0
CLOSE_MAX_S = 0.5
LOOKS_MAX = 50
LOOK_S = 0.1
REQUEST_MAX_MS = 5_000
REPLICATION_MAX = 3
MESSAGE_BYTES_MAX = 4 * RECORD_BODY_MAX
"""What a topic accepts: more than we say or read, so that what is too large is parked and not stuck
at its author.
"""

DAY_S = 86_400
KEPT_S = 8 * DAY_S
"""How long a topic keeps a record: as long as an outbox can say it again."""


class Shape(NamedTuple):
    """What a topic is made with; one that is there already is left as it is.

    A log is dropped by whole segments, so a record stays up to a segment's time longer than
    `kept_s`.
    """

    partitions: int
    kept_s: float = KEPT_S

    def settings(self) -> dict[str, str]:
        """As Kafka calls them."""
        return {
            "cleanup.policy": "delete",
            "max.message.bytes": str(MESSAGE_BYTES_MAX),
            "retention.ms": str(round(self.kept_s * 1_000)),
            "segment.ms": str(round(min(self.kept_s, DAY_S) * 1_000)),
        }


class TopicId(AbstractType[UUID]):  # type: ignore[misc]
    """Sixteen bytes."""

    @classmethod
    def encode(cls, value: UUID) -> bytes:
        """As on the wire."""
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        """From the wire."""
        return UUID(bytes=data.read(16))


NO_ID = UUID(int=0)


class MetadataResponse(Response):  # type: ignore[misc]
    """Brokers, then topics with their ids."""

    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString()),
                ("port", Int32),
                ("rack", CompactString()),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString()),
                ("topic_id", TopicId),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class MetadataRequest(RequestStruct):  # type: ignore[misc]
    """Asks for named topics; none is made by asking."""

    API_KEY = 3
    API_VERSION = 12
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = MetadataResponse
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(("topic_id", TopicId), ("topic", CompactString()), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class TopicIds(Request[MetadataRequest]):  # type: ignore[misc]
    """Which ids these topics have."""

    API_KEY = 3

    def __init__(self, topics: Collection[str]) -> None:
        self._topics: list[tuple[UUID, str, dict[int, bytes]]] = [
            (NO_ID, topic, {}) for topic in topics
        ]

    def build(self, request_struct_class: type[MetadataRequest]) -> MetadataRequest:
        """The one version there is."""
        return request_struct_class(self._topics, False, False, {})


class Lives(NamedTuple):
    """Topic → id, and (topic, partition) → the epoch of its leader, which is another one after
    every change of leader, also where a broker comes back.
    """

    ids: dict[str, str]
    epochs: dict[tuple[str, int], int]


class Topics:
    """Asks one cluster about its topics, over a connection of its own."""

    def __init__(self, brokers: str) -> None:
        self._brokers = brokers
        self._client: AIOKafkaClient | None = None

    async def make(self, topics: Collection[str], shape: Shape) -> None:
        """Make what is missing, on up to three brokers, and return once the cluster shows it; what
        is there is left as it is. Raises BusDown.
        """
        answer = await self._ask(topics)
        missing = sorted(set(topics) - _ids(answer).keys())
        copies = min(REPLICATION_MAX, len(answer.brokers))
        if missing:
            await self._create(
                [
                    NewTopic(topic, shape.partitions, copies, topic_configs=shape.settings())
                    for topic in missing
                ]
            )
            await self._shown(missing)

    async def _shown(self, topics: Collection[str]) -> None:
        for _ in range(LOOKS_MAX):
            if (await self.ids(topics)).keys() >= set(topics):
                return
            await asyncio.sleep(LOOK_S)
        raise BusDown("topics were made and are not shown")

    async def ids(self, topics: Collection[str]) -> dict[str, str]:
        """Topic → id, of those that exist. Raises BusDown."""
        return (await self.lives(topics)).ids

    async def lives(self, topics: Collection[str]) -> Lives:
        """Of those topics that exist. Raises BusDown."""
        answer = await self._ask(topics)
        epochs = {
            (topic, partition): epoch
            for code, topic, _, _, partitions, *_ in answer.topics
            if code == 0
            for _, partition, _, epoch, *_ in partitions
        }
        return Lives(_ids(answer), epochs)

    async def _ask(self, topics: Collection[str]) -> MetadataResponse:
        try:
            async with asyncio.timeout(ASK_MAX_S):
                client = await self._connected()
                answer: MetadataResponse = await client.send(
                    client.get_random_node(), TopicIds(topics)
                )
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise BusDown(f"topic ids: {type(error).__name__}") from error
        return answer

    async def close(self) -> None:
        """Give the connection back."""
        client, self._client = self._client, None
        if client is not None:
            await let_go(client.close(), CLOSE_MAX_S)

    async def _connected(self) -> AIOKafkaClient:
        if self._client is None:
            client = AIOKafkaClient(
                bootstrap_servers=self._brokers, request_timeout_ms=REQUEST_MAX_MS
            )
            self._client = client
            await client.bootstrap()
        return self._client

    async def _create(self, topics: list[NewTopic]) -> None:
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self._brokers, request_timeout_ms=REQUEST_MAX_MS
        )
        try:
            async with asyncio.timeout(ASK_MAX_S):
                await admin.start()
                answer = await admin.create_topics(topics)
        except (KafkaError, OSError, TimeoutError) as error:
            raise BusDown(f"create topics: {type(error).__name__}") from error
        finally:
            await let_go(admin.close(), CLOSE_MAX_S)
        for name, code, *_ in answer.topic_errors:
            if code != 0 and for_code(code) is not TopicAlreadyExistsError:
                raise BusDown(f"create {name}: {for_code(code).__name__}")


def _ids(answer: MetadataResponse) -> dict[str, str]:
    return {topic: str(topic_id) for code, topic, topic_id, *_ in answer.topics if code == 0}
