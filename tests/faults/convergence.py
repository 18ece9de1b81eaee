"""I11: after the faults stop, the suite comes to rest within 30 s."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.bus.topics import topics_heard
from chassis.subscription import heard_by
from chassis.testing.eventually import eventually
from contracts.catalog import TOPICS
from deploy.local.services import SERVICES
from deploy.local.topics import PARTITIONS
from tests.e2e.step_books import OPEN_STEPS
from tests.e2e.suite import service
from tests.faults.checker import Books

UNSENT = """
SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
    + (SELECT count(*) FROM republish WHERE done_at IS NULL) AS n
"""
OPEN_REDEMPTIONS = """
SELECT count(*) AS n FROM redemption WHERE state IN ('decided', 'refusing', 'cancelling')
"""
OPEN_HOLDS = "SELECT count(*) AS n FROM hold WHERE state = 'open'"
STANDS = "SELECT consumer, topic, incarnation, partition, next_offset FROM consumer_offset"
LOCAL_ENDS = """
SELECT p.topic, t.incarnation, p.partition, p.next_offset
FROM bus_partition AS p JOIN bus_topic AS t USING (topic)
"""
Place = tuple[str, int]


@dataclass(frozen=True)
class Convergence:
    """Looks at the books and at the bus."""

    books: Books
    brokers: str = ""

    async def reached(self, within_s: float = 30.0) -> None:
        """Raises AssertionError naming what was still open."""
        still: list[str] = []

        async def at_rest() -> bool:
            before = await self._ends()
            still[:] = await self._open(before)
            return not still and before == await self._ends()

        try:
            await eventually(at_rest, within_s)
        except AssertionError as late:
            raise AssertionError(f"not at rest within {within_s:.0f} s: {still}") from late

    async def _open(self, ends: Mapping[Place, int]) -> list[str]:
        found = []
        for each in SERVICES:
            if (await self.books.ask(each.name, UNSENT))[0]["n"]:
                found.append(f"{each.name}: unsent")
            found += await self._behind(each.name, ends)
        if (await self.books.ask("benefit-svc", OPEN_REDEMPTIONS))[0]["n"]:
            found.append("benefit-svc: open redemptions")
        if await self.books.ask("tier-svc", OPEN_STEPS):
            found.append("tier-svc: open steps")
        if (await self.books.ask("points-svc", OPEN_HOLDS))[0]["n"]:
            found.append("points-svc: open holds")
        return found

    async def _behind(self, name: str, ends: Mapping[Place, int]) -> list[str]:
        stands: dict[Place, int] = {}
        for row in await self.books.ask(name, STANDS):
            place = (row["topic"], row["partition"])
            stands[place] = max(stands.get(place, 0), row["next_offset"])
        heard = topics_heard(heard_by(service(name).subscriptions))
        return [
            f"{name}: {place} at {stands.get(place, 0)} of {end}"
            for place, end in ends.items()
            if place[0] in heard and stands.get(place, 0) < end
        ]

    async def _ends(self) -> dict[Place, int]:
        if self.brokers:
            return await _kafka_ends(self.brokers)
        rows = [row for each in SERVICES for row in await self.books.ask(each.name, LOCAL_ENDS)]
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def _kafka_ends(brokers: str) -> dict[Place, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic, n) for topic in TOPICS for n in range(PARTITIONS)]
        ends = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return {(place.topic, place.partition): end for place, end in ends.items()}
