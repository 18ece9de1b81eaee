"""Kills at random moments, reproducibly: the same seed chooses the same victims and pauses."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random

from deploy.kafka import Broker
from tests.faults.cluster import IMMEDIATE, KILLED, Cluster
from tests.faults.world import World

PAUSES_S = (0.5, 2.0)
IN_A_ROW_MAX = 10
"""Deaths until all are awaited: on a slow machine nobody would live otherwise."""

BROKER = "broker"
GATEWAY = "gateway"
DATABASE = "PostgreSQL"


@dataclass(frozen=True)
class Plan:
    """How often what dies. Beside each victim named here dies a random process of a service."""

    seed: str
    kills: int
    brokers: int
    databases: int
    gateways: int

    def victims(self) -> list[tuple[str, ...]]:
        """Who else dies at each kill."""
        extra = [BROKER] * self.brokers + [DATABASE] * self.databases + [GATEWAY] * self.gateways
        also: list[tuple[str, ...]] = [(name,) for name in extra]
        also += [()] * (self.kills - len(extra))
        Random(self.seed).shuffle(also)
        return also


class Killer:
    """Kills a random process at a random moment, sometimes what it rests on too."""

    def __init__(self, world: World, cluster: Cluster, broker: Broker, plan: Plan) -> None:
        self.died: Counter[str] = Counter()
        self.is_done = False
        self._world = world
        self._cluster = cluster
        self._broker = broker
        self._plan = plan
        self._random = Random(plan.seed)

    @property
    def kills(self) -> int:
        """How many services' processes have died."""
        return sum(self.died[name] for name in self._world.names)

    async def work(self) -> None:
        """Return when the plan is done and everybody is ready again."""
        keeping = asyncio.create_task(self._world.keep_up())
        try:
            for number, also in enumerate(self._plan.victims(), 1):
                await asyncio.sleep(self._random.uniform(*PAUSES_S))
                await self._kill(self._random.choice(self._world.names), also)
                if number % IN_A_ROW_MAX == 0:
                    await self._world.ready()
            await self._world.ready()
        finally:
            self.is_done = True
            keeping.cancel()

    async def _kill(self, name: str, also: tuple[str, ...]) -> None:
        self.died.update((name, *also))
        self._world.kill(name)
        if GATEWAY in also:
            self._world.kill(GATEWAY)
        if DATABASE in also:
            self._cluster.crash(self._random.choice((IMMEDIATE, KILLED)))
            await self._cluster.start()
        if BROKER in also:
            await asyncio.to_thread(self._broker.kill)
            await asyncio.to_thread(self._broker.start)
