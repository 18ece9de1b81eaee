"""Sends what transactions said. One relay is at work per database; any number may stand by.

A round is one transaction under an advisory lock: claim unsent rows, send, and mark them once the
bus has acknowledged all. Whatever happens in between, the rows are unsent still and go again: at
least once, never lost.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from chassis import failpoints, metrics
from chassis.bus import bell, demands, lives, outbox
from chassis.bus.loop import Loop
from chassis.bus.port import Bus
from chassis.database import Database
from chassis.logs import logger
from chassis.upkeep import CAUSE, Keeper, Upkeep

failpoints.register(
    "relay.after_claim", "relay.after_send", "relay.before_mark", "relay.after_mark"
)

ROWS_MAX = 500
RECORDS_MAX = 2_000
LOOK_MAX = 20_000
IDLE_FIRST_S = 0.005
IDLE_LONGEST_S = 0.1
STANDBY_S = 1.0
BACKOFF_FIRST_S = 0.05
BACKOFF_LONGEST_S = 5.0


class Relay:
    """The relay of one service's database."""

    def __init__(self, database: Database, bus: Bus, upkeep: Upkeep | None = None) -> None:
        self.failing = False
        self._service = bus.service
        self._begin = database.begin
        self._publisher = bus.publisher()
        self._upkeep = upkeep or Upkeep()
        self._keeper = Keeper(database, bus.service, self._upkeep.kept_s)
        self._ear = bell.Ear(())
        self._loop = Loop("relay", self._run, self._ear.wake)
        self._started = False
        self._due_at: dict[str, float] = {}
        self._may_have_demands = True
        database.on_said.append(self._ear.wake)

    async def start(self) -> None:
        """Begin to send, in the background."""
        self._loop.start()

    async def stop(self) -> None:
        """End after the round in hand, or without it after a few seconds."""
        await self._loop.stop()

    def trouble(self) -> dict[str, str]:
        """Whether the loop itself came to an end; a bus that does not answer is waited for."""
        return self._loop.trouble()

    async def _run(self) -> None:
        """Send until stopped. A failed round is counted, logged once per outage, and tried
        again.
        """
        idle = bell.Pace(IDLE_FIRST_S, IDLE_LONGEST_S)
        backoff = bell.Pace(BACKOFF_FIRST_S, BACKOFF_LONGEST_S)
        try:
            while not self._loop.stopping:
                try:
                    sent = await self.turn()
                    self._went_well()
                    backoff.busy()
                except Exception as error:  # noqa: BLE001
                    await self._went_wrong(error)
                    await self._ear.wait(backoff.idle())
                    continue
                if sent:
                    idle.busy()
                elif not self._loop.stopping:
                    await self._ear.wait(STANDBY_S if sent is None else idle.idle())
        finally:
            await self._publisher.stop()

    async def turn(self) -> int | None:
        """One round and, when due, upkeep. 0 where there was nothing to do, None where another
        relay is at work.

        What the tables tell is told first, whether the bus answers or not: the outbox ages just
        when it does not.
        """
        await self._keep()
        if not self._started:
            await self._publisher.start()
            self._started = True
        if self._is_due("heal", self._upkeep.look_every_s):
            await self._heal(await self._publisher.lives())
            self._may_have_demands = True
        sent = await self.send()
        if self._may_have_demands and sent is not None and sent < ROWS_MAX:
            self._may_have_demands = await self._say_again()
            return sent or int(self._may_have_demands)
        return sent

    async def _keep(self) -> None:
        if self._is_due("measure", self._upkeep.look_every_s):
            await self._keeper.measure()
        if self._is_due("trim", self._upkeep.trim_every_s):
            await self._keeper.trim()

    def _is_due(self, what: str, every_s: float) -> bool:
        """Whether it is time for it; asking counts as doing it."""
        now = asyncio.get_running_loop().time()
        if now < self._due_at.get(what, now):
            return False
        self._due_at[what] = now + every_s
        return True

    async def send(self) -> int | None:
        """Claim, send, mark. The number of records, None where another relay is at work."""
        async with self._begin(CAUSE) as tx:
            if not await outbox.lead(tx):
                return None
            claimed = await outbox.claim(tx, ROWS_MAX, RECORDS_MAX)
            if not claimed.ids:
                return 0
            await failpoints.reach("relay.after_claim")
            await self._publisher.publish(tx, claimed.messages)
            await failpoints.reach("relay.after_send")
            await failpoints.reach("relay.before_mark")
            await outbox.mark(tx, claimed.ids)
        self._publisher.published()
        await failpoints.reach("relay.after_mark")
        for message in claimed.messages:
            metrics.RELAYED.labels(self._service, message.topic).inc()
        return len(claimed.messages)

    async def _say_again(self) -> bool:
        """A part of what was demanded is to be sent again, where the last round had room for it: so
        what is new never waits for more than a part. False: there is no demand.
        """
        async with self._begin(CAUSE) as tx:
            return await outbox.lead(tx) and await demands.work_off(tx, ROWS_MAX, LOOK_MAX)

    async def republish(self, since: datetime | None = None) -> None:
        """Demand that everything be sent again that was written since then and is still kept.

        Records come twice to whoever had them, which changes nothing.
        """
        async with self._begin(CAUSE) as tx:
            await demands.demand(tx, since)
        self._may_have_demands = True
        self._ear.wake()

    async def trim(self) -> None:
        """Drop what is older than the republish window and read by all that are known."""
        await self._keeper.trim()

    async def _heal(self, alive: Mapping[str, str]) -> None:
        """Demand all of the outbox again, from its start, where a topic has begun a new life."""
        if not alive:
            return
        async with self._begin(CAUSE) as tx:
            known = await lives.known(tx)
            reborn = [topic for topic, life in alive.items() if known.get(topic, life) != life]
            if reborn:
                await demands.demand(tx, None, anew=True)
            if any(known.get(topic) != life for topic, life in alive.items()):
                await lives.remember(tx, alive)
        if reborn:
            logger().warning("republish", service=self._service, topics=reborn)

    def _went_well(self) -> None:
        if self.failing:
            logger().info("relay", service=self._service, state="sending again")
        self.failing = False

    async def _went_wrong(self, error: Exception) -> None:
        metrics.RELAY_FAILED.labels(self._service).inc()
        if not self.failing:
            logger().error(
                "relay", service=self._service, state="failing", error=type(error).__name__
            )
        self.failing = True
        self._started = False
        self._due_at.pop("heal", None)
        await self._publisher.stop()
