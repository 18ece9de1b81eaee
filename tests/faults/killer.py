"""Kills at random moments, reproducibly: the same seed chooses the same processes and pauses."""

import asyncio
from random import Random

from deploy.kafka import Broker
from tests.faults.world import World

KILLS = 20
BROKER_DIES_AT = 10
PAUSES_S = (0.5, 2.0)
SEED = "kill -9"


class Killer:
    """Kills a random process at a random moment, and starts it again."""

    def __init__(self, world: World, broker: Broker) -> None:
        self.kills = 0
        self._world = world
        self._broker = broker
        self._random = Random(SEED)

    async def work(self) -> None:
        for kill in range(KILLS):
            await asyncio.sleep(self._random.uniform(*PAUSES_S))
            name = self._random.choice(self._world.names)
            self._world.kill(name)
            self.kills += 1
            if kill == BROKER_DIES_AT:
                await asyncio.to_thread(self._broker.kill)
                await asyncio.to_thread(self._broker.start)
            self._world.launch(name)
