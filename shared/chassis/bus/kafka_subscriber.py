"""A member of a Kafka consumer group whose offsets are kept by whoever consumes, not by Kafka."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError

from chassis.bus.bounded import let_go
from chassis.bus.kafka_topics import MESSAGE_BYTES_MAX, REQUEST_MAX_MS, Shape, Topics
from chassis.bus.message import Batch, Place, Record
from chassis.bus.port import BusDown, Positions

FETCH_WAIT_MS = 200
FETCH_MAX_S = 10.0
JOIN_MAX_S = 15.0
HAND_MAX_S = 5.0
STOP_MAX_S = 1.5
HINT_MAX_S = 2.0
LOOK_EVERY_S = 2.0
SESSION_MS = 10_000
HEARTBEAT_MS = 2_000
REBALANCE_MS = 15_000
METADATA_MAX_AGE_MS = 5_000

Found = dict[TopicPartition, list[ConsumerRecord]]


class KafkaSubscriber:
    """Reads the partitions that the group gives it, from where its consumer says."""

    def __init__(
        self, brokers: str, group: str, topics: Sequence[str], shape: Shape, positions: Positions
    ) -> None:
        self._topics = topics
        self._shape = shape
        self._positions = positions
        self._asking = Topics(brokers)
        self._assigned: dict[TopicPartition, Place] = {}
        self._epochs: dict[tuple[str, int], int] = {}
        self._hands_free = asyncio.Event()
        self._looked_at = 0.0
        self._is_lost = False
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=brokers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=REBALANCE_MS,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
            request_timeout_ms=REQUEST_MAX_MS + FETCH_WAIT_MS,
            max_partition_fetch_bytes=MESSAGE_BYTES_MAX,
        )

    async def start(self) -> None:
        """Join the group; topics that are missing are made first, so that there is something to be
        assigned.
        """
        await self._asking.make(self._topics, self._shape)
        self._hands_free.set()
        try:
            async with asyncio.timeout(JOIN_MAX_S):
                self._consumer.subscribe(self._topics, listener=_Listener(self))
                await self._consumer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            raise BusDown(f"join: {type(error).__name__}") from error

    async def fetch(self, limit: int) -> list[Batch]:
        """At most `limit` records. Raises BusDown where the client is lost or a topic has begun a
        new life.

        Where a partition has another leader than before, its log may have lost its tail: what was
        fetched meanwhile is let go, and read again from the record that its consumer knows.
        """
        self._hands_free.set()
        if self._is_lost:
            raise BusDown("the assignment failed")
        try:
            async with asyncio.timeout(FETCH_MAX_S):
                await self._look()
                found = await self._consumer.getmany(timeout_ms=FETCH_WAIT_MS, max_records=limit)
                found = await self._still_ours(found)
        except (KafkaError, OSError, TimeoutError) as error:
            raise BusDown(f"fetch: {type(error).__name__}") from error
        batches = [
            Batch(self._assigned[part], _records(rs))
            for part, rs in found.items()
            if part in self._assigned
        ]
        if batches:
            self._hands_free.clear()
        return batches

    def seek(self, place: Place, offset: int) -> None:
        """Read `place` from `offset` on, if it is still ours."""
        part = TopicPartition(place.topic, place.partition)
        if self._assigned.get(part) == place:
            with suppress(KafkaError):
                self._consumer.seek(part, offset)

    def places(self) -> Collection[Place]:
        """What the group has given us."""
        return self._assigned.values()

    async def ends(self) -> Mapping[Place, int]:
        """The log's ends, asked of the broker. Raises BusDown."""
        try:
            async with asyncio.timeout(FETCH_MAX_S):
                ends = await self._consumer.end_offsets(list(self._assigned))
        except (KafkaError, OSError, TimeoutError) as error:
            raise BusDown(f"end offsets: {type(error).__name__}") from error
        return {self._assigned[part]: end for part, end in ends.items() if part in self._assigned}

    async def begins(self) -> Mapping[Place, int]:
        """The logs' beginnings, asked of the broker. Raises BusDown."""
        try:
            async with asyncio.timeout(FETCH_MAX_S):
                begins = await self._consumer.beginning_offsets(list(self._assigned))
        except (KafkaError, OSError, TimeoutError) as error:
            raise BusDown(f"beginning offsets: {type(error).__name__}") from error
        return {self._assigned[part]: at for part, at in begins.items() if part in self._assigned}

    async def hint(self, offsets: Mapping[Place, int]) -> None:
        """Commit to the group what we have long kept ourselves; whether it works changes
        nothing.
        """
        mine = {part: offsets[place] for part, place in self._assigned.items() if place in offsets}
        if mine:
            with suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(HINT_MAX_S):
                    await self._consumer.commit(mine)

    async def stop(self) -> None:
        """Leave the group, or just let go when the broker does not answer."""
        self._hands_free.set()
        await let_go(self._consumer.stop(), STOP_MAX_S)
        await self._asking.close()

    async def _still_ours(self, found: Found) -> Found:
        """What was found, unless the group or a leader has changed since: then our places are read
        again from where they stand now.
        """
        if not found:
            return found
        assigned = self._assigned
        moved = await self._moved()
        if self._assigned is not assigned:
            return {}
        await self._step_back(moved, found)
        return found if self._assigned is assigned else {}

    async def _look(self) -> None:
        """Every few seconds: are these still the topics and leaders that we were assigned?"""
        if asyncio.get_running_loop().time() - self._looked_at >= LOOK_EVERY_S:
            await self._step_back(await self._moved(), {})

    async def _step_back(self, moved: Collection[TopicPartition], found: Found) -> None:
        """Let go what was found there, and go on from the record before."""
        for part in moved:
            records = found.pop(part, None)
            at = records[0].offset if records else await self._consumer.position(part)
            self._consumer.seek(part, max(0, at - 1))

    async def _moved(self) -> set[TopicPartition]:
        """Our partitions that have another leader than when we last looked. Raises BusDown where a
        topic has begun a new life.
        """
        self._looked_at = asyncio.get_running_loop().time()
        lives = await self._asking.lives(self._topics)
        assigned = dict(self._assigned)
        if any(lives.ids.get(place.topic) != place.incarnation for place in assigned.values()):
            raise BusDown("a topic has begun a new life")
        known, self._epochs = self._epochs, lives.epochs
        return {part for part in assigned if lives.epochs.get(part) != known.get(part)}

    async def take(self, assigned: Iterable[TopicPartition]) -> None:
        """The group gave us these: read each from where its consumer stands. A failure ends this
        client.
        """
        is_done = False
        try:
            ids, self._epochs = await self._asking.lives(self._topics)
            taken = {p: Place(p.topic, ids.get(p.topic, ""), p.partition) for p in assigned}
            if not all(place.incarnation for place in taken.values()):
                raise BusDown("a topic was assigned and is not there")
            offsets = await self._positions(list(taken.values())) if taken else {}
            for part, place in taken.items():
                self._consumer.seek(part, offsets[place])
            self._assigned = taken
            is_done = True
        finally:
            self._is_lost = not is_done

    async def give_back(self) -> None:
        """The group takes everything back: finish the batch in hand, or let the fence refuse what
        is left of it.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(HAND_MAX_S):
                await self._hands_free.wait()
        self._assigned = {}


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """What aiokafka calls in a rebalance."""

    def __init__(self, subscriber: KafkaSubscriber) -> None:
        self._subscriber = subscriber

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Before the partitions go to others."""
        await self._subscriber.give_back()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Before the first fetch."""
        await self._subscriber.take(assigned)


def _records(found: Sequence[ConsumerRecord]) -> list[Record]:
    return [
        Record(
            record.offset,
            record.key or b"",
            tuple((k, v or b"") for k, v in record.headers),
            record.value or b"",
        )
        for record in found
    ]
