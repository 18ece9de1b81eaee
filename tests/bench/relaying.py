"""The relay of points-svc, on what the consumers of the same turn have said: S12."""

import time
from pathlib import Path

from chassis.auth import Secrets
from chassis.clock import clock
from chassis.database import Database
from chassis.relay import Relay
from tests.bench.contender import Contender
from tests.bench.crew import Done, Order, Spec
from tests.bench.ground import Wire
from tests.bench.ledger import CONSUMER

POOL = 4


class Relayed(Contender):
    """One relay is at work; it sends until nothing is left."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        secrets = Secrets.of_file(Path(spec.secrets_file))
        self._database = Database(spec.dsn, clock(None), secrets, POOL, CONSUMER)
        self._bus = Wire(spec.brokers, spec.dsn).bus(CONSUMER)
        self._relay = Relay(self._database, self._bus)
        self._is_warm = False

    async def ready(self, order: Order) -> None:
        """Connect, once."""
        if not self._is_warm and self.spec.part == 0:
            await self._relay.turn()
            self._is_warm = True

    async def go(self, order: Order) -> Done:
        """Round by round. Every process but the first has nothing to do."""
        cpu, sent, ended = time.process_time(), 0, time.monotonic()
        while self.spec.part == 0 and (round_ := await self._relay.send()):
            sent, ended = sent + round_, time.monotonic()
        return Done(sent, ended, time.process_time() - cpu)

    async def close(self) -> None:
        """Let go of bus and database."""
        await self._relay.stop()
        await self._bus.close()
        await self._database.close()
