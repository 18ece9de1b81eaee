"""points-svc's consumer, from the bus to the commit: the process that production runs, with a gate
before its fetch so that all begin at once.
"""

import asyncio
import time
from collections.abc import Collection
from pathlib import Path

from chassis.auth import Secrets
from chassis.bus.message import Batch
from chassis.bus.port import Bus, Positions, Publisher, Subscriber
from chassis.clock import clock
from chassis.consumer import Consumer
from chassis.database import Database
from tests.bench.contender import Contender
from tests.bench.crew import Done, Order, Spec
from tests.bench.ground import Wire
from tests.bench.ledger import CONSUMER, hears

POOL = 8
JOIN_MAX_S = 90.0
LOOK_S = 0.05


class GatedSubscriber:
    """A subscriber that fetches only while the gate is open."""

    def __init__(self, inner: Subscriber, gate: asyncio.Event) -> None:
        self._inner = inner
        self._gate = gate
        self.start, self.stop = inner.start, inner.stop
        self.seek, self.places, self.hint = inner.seek, inner.places, inner.hint
        self.ends, self.begins = inner.ends, inner.begins

    async def fetch(self, limit: int) -> list[Batch]:
        """As the inner one, once the gate is open."""
        await self._gate.wait()
        return await self._inner.fetch(limit)


class GatedBus:
    """A bus whose subscribers wait at the gate."""

    def __init__(self, inner: Bus, gate: asyncio.Event) -> None:
        self._inner = inner
        self._gate = gate
        self.subscribed: GatedSubscriber | None = None

    @property
    def service(self) -> str:
        """Whose way it is."""
        return self._inner.service

    def publisher(self) -> Publisher:
        """The inner one's."""
        return self._inner.publisher()

    def subscriber(
        self, consumer: str, topics: Collection[str], positions: Positions
    ) -> Subscriber:
        """The inner one's, gated."""
        self.subscribed = GatedSubscriber(
            self._inner.subscriber(consumer, topics, positions), self._gate
        )
        return self.subscribed

    async def close(self) -> None:
        """Give back what the inner one shared."""
        await self._inner.close()


class Served(Contender):
    """The contender that this is about."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        secrets = Secrets.of_file(Path(spec.secrets_file))
        self._database = Database(spec.dsn, clock(None), secrets, POOL, CONSUMER)
        self._database.on_said.append(self._committed)
        self._gate = asyncio.Event()
        self._bus = GatedBus(Wire(spec.brokers, spec.author_dsn).bus(CONSUMER), self._gate)
        self._consumer = Consumer(CONSUMER, hears(), self._database, self._bus)
        self._last = self._cpu = 0.0
        self._is_started = False

    def _committed(self) -> None:
        self._last = time.monotonic()

    async def ready(self, order: Order) -> None:
        """Join, and have something assigned."""
        if not self._is_started:
            await self._consumer.start()
            self._is_started = True
        deadline = time.monotonic() + JOIN_MAX_S
        while not (self._bus.subscribed and self._bus.subscribed.places()):
            if time.monotonic() > deadline:
                raise RuntimeError("nothing was assigned")
            await asyncio.sleep(LOOK_S)

    async def go(self, order: Order) -> None:
        """Open the gate, and leave it open."""
        self._cpu = time.process_time()
        self._gate.set()

    async def end(self, order: Order) -> Done:
        """Close the gate; the time is that of the last commit."""
        self._gate.clear()
        return Done(0, self._last, time.process_time() - self._cpu)

    async def close(self) -> None:
        """Leave the group."""
        self._gate.set()
        await self._consumer.stop()
        await self._bus.close()
        await self._database.close()
