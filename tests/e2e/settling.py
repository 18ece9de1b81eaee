"""When a suite has come to rest: nothing unsent in an outbox, nothing unread on the bus.

Offsets and ends only grow: two equal looks with nothing open mean that nothing moved between.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.bus.topics import topics_heard
from chassis.process import Process
from chassis.settings import Settings
from chassis.subscription import heard_by
from chassis.tx import Cause
from contracts.catalog import TOPICS
from tests.e2e.suite import Suite

SETTLE_MAX_S = 60.0
LOOK_S = 0.02
KAFKA_PARTITIONS = int(Settings.model_fields["partitions"].default)
LOOK = Cause("settle", "test")

Place = tuple[str, int]

OFFSETS = """
SELECT o.topic, o.partition, max(o.next_offset) AS next_offset FROM consumer_offset AS o
WHERE o.consumer = :consumer GROUP BY o.topic, o.partition
"""
PARKED = "SELECT reason, detail, count(*) FROM parked GROUP BY reason, detail"
UNSENT = """
SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
    + (SELECT count(*) FROM republish WHERE done_at IS NULL) AS n
"""
ENDS = "SELECT topic, partition, next_offset FROM bus_partition"


async def rows(process: Process, sql: str, **params: Any) -> list[Any]:
    async with process.database.begin(LOOK) as tx:
        return await tx.execute("look", sql, **params)


async def local_ends(suite: Suite) -> dict[Place, int]:
    ends: dict[Place, int] = {}
    for process in suite.processes.values():
        for row in await rows(process, ENDS):
            ends[row.topic, row.partition] = row.next_offset
    return ends


async def kafka_ends(consumer: AIOKafkaConsumer, partitions: int) -> dict[Place, int]:
    places = [TopicPartition(topic, n) for topic in TOPICS for n in range(partitions)]
    ends = await consumer.end_offsets(places)
    return {(place.topic, place.partition): end for place, end in ends.items()}


class Rest:
    """Looks at one suite until it is at rest."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._consumer: AIOKafkaConsumer | None = None
        suite.at_stop(self._close)

    async def settle(self) -> None:
        """Return once the suite is at rest. Raises AssertionError naming what is open."""
        deadline = time.monotonic() + SETTLE_MAX_S
        before: Mapping[str, Any] = {}
        while time.monotonic() < deadline:
            now = await self._look()
            if not now["open"] and now == before:
                return
            before = now
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"not at rest within {SETTLE_MAX_S:.0f} s: {before.get('open')}")

    async def _close(self) -> None:
        if self._consumer:
            await self._consumer.stop()

    async def _ends(self) -> dict[Place, int]:
        if self._suite.ground.transport == "local":
            return await local_ends(self._suite)
        if self._consumer is None:
            brokers = self._suite.ground.brokers
            self._consumer = AIOKafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
            await self._consumer.start()
        return await kafka_ends(self._consumer, KAFKA_PARTITIONS)

    async def _look(self) -> dict[str, Any]:
        open_: list[str] = []
        stands: dict[str, dict[Place, int]] = {}
        for name, process in self._suite.processes.items():
            assert not process.alive(), f"{name}: {process.alive()}, {await rows(process, PARKED)}"
            if (await rows(process, UNSENT))[0].n:
                open_.append(f"{name}: unsent")
            offsets = await rows(process, OFFSETS, consumer=name)
            stands[name] = {(row.topic, row.partition): row.next_offset for row in offsets}
        ends = await self._ends()
        for name, process in self._suite.processes.items():
            heard = topics_heard(heard_by(process.service.subscriptions))
            for place, end in ends.items():
                if place[0] in heard and stands[name].get(place, 0) < end:
                    open_.append(f"{name}: {place} at {stands[name].get(place, 0)} of {end}")
        return {"open": open_, "stands": stands, "ends": ends}
