"""What a run stands on: PostgreSQL, a bus, and the folder of both."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from chassis.auth import Secrets
from chassis.bus.kafka import KafkaBus
from chassis.bus.local import LocalBus
from chassis.bus.message import Message
from chassis.bus.port import Bus
from chassis.clock import Clock, clock
from chassis.database import Database
from chassis.testing.databases import Server
from chassis.testing.stage import SECRETS
from chassis.tx import Cause
from contracts.events.purchases import PurchaseRecorded
from deploy.kafka import Broker, KafkaUnavailable, has_java
from deploy.local import postgres
from member_svc.main import service as author
from tests.bench.ledger import Ledger
from tests.bench.sizes import Sizes

PARTITIONS = 4
SAID_MAX = 2_000
AUTHOR = "member-svc"
CAUSE = Cause("bench", "bench")


@dataclass(frozen=True)
class Wire:
    """How events get to points-svc: `brokers`, or the log in the author's database."""

    brokers: str
    author_dsn: str

    @property
    def name(self) -> str:
        """For people."""
        return "Kafka" if self.brokers else "local log in PostgreSQL"

    def bus(self, service: str) -> Bus:
        """A service's way to it."""
        if self.brokers:
            return KafkaBus(service, self.brokers, PARTITIONS)
        return LocalBus(service, {AUTHOR: self.author_dsn}, PARTITIONS)


@dataclass(frozen=True)
class Ground:
    """One run's server, bus, folder and sizes."""

    server: Server
    folder: Path
    brokers: str
    sizes: Sizes

    @property
    def data_dir(self) -> Path:
        """PostgreSQL's."""
        return self.folder / "data"

    @property
    def bus(self) -> str:
        """The transport's name, for people."""
        return Wire(self.brokers, "").name

    async def ledger(self, programme: str = "classic", now: Clock | None = None) -> Ledger:
        """A fresh one. Its clock stands unless one is given."""
        return await Ledger.made(self.server, self.folder, programme, now)

    async def wire(self) -> Wire:
        """A way from a fresh member-svc; Kafka's topics are shared by the whole run."""
        return Wire(self.brokers, await self.server.fresh(author.migrations))


async def say(wire: Wire, messages: Sequence[Message]) -> None:
    """Put them on the bus as member-svc's relay does."""
    said_by = Database(wire.author_dsn, clock(None), Secrets(SECRETS), 2, AUTHOR)
    publisher = wire.bus(AUTHOR).publisher()
    await publisher.start()
    try:
        for first in range(0, len(messages), SAID_MAX):
            async with said_by.begin(CAUSE) as tx:
                await publisher.publish(tx, messages[first : first + SAID_MAX])
    finally:
        await publisher.stop()
        await said_by.close()


async def forget(wire: Wire) -> None:
    """Let the next consumers find an empty topic. Each wire's local log is its own anyway."""
    if not wire.brokers:
        return
    client = AIOKafkaAdminClient(bootstrap_servers=wire.brokers)
    await client.start()
    try:
        await client.delete_topics([PurchaseRecorded.topic])
    finally:
        await client.close()


@asynccontextmanager
async def ground(folder: Path, sizes: Sizes) -> AsyncIterator[Ground]:
    """PostgreSQL, and Kafka where Java is found; both are gone afterwards."""
    running = await asyncio.to_thread(postgres.start, folder / "data")
    broker = await asyncio.to_thread(_broker, folder / "kafka")
    server = Server(running.dsn())
    try:
        yield Ground(server, folder, broker.bootstrap if broker else "", sizes)
    finally:
        if broker:
            await asyncio.to_thread(broker.stop)
        await asyncio.to_thread(running.stop)


def _broker(folder: Path) -> Broker | None:
    if not has_java():
        return None
    broker = Broker(folder)
    try:
        broker.start()
    except KafkaUnavailable:
        return None
    return broker
