"""One service's consumer: everything it subscribes to, read in turns, lane by lane."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis import metrics
from chassis.bus.bell import Ear, Pace
from chassis.bus.codec import CATALOG
from chassis.bus.loop import Loop
from chassis.bus.message import Batch, Place
from chassis.bus.port import Bus, BusDown, Subscriber
from chassis.bus.topics import topics_heard
from chassis.consumer import gaps, offsets, telling
from chassis.consumer.batch import PASSING, Standing, Worker, is_continued
from chassis.consumer.reading import Reader, Stop
from chassis.consumer.watch import Watch
from chassis.database import Database
from chassis.logs import logger
from chassis.subscription import Subscription, heard_by
from chassis.tx import Cause, Unavailable

LANES = 2
BACKOFF_FIRST_S = 0.05
BACKOFF_LONGEST_S = 5.0

InHand = tuple[Batch, Standing]


@dataclass(frozen=True)
class Limits:
    """How much at once, and how long without progress."""

    batch_first: int = 500
    batch_max: int = 2_000
    batch_slow_s: float = 2.0
    parked_in_a_row_max: int = 20
    look_every_s: float = 1.0
    stalled_s: float = 30.0
    calm_s: float = 10.0


class Consumer:
    """Hears `subscriptions` in the name of a service. Copies of it, in any number of processes,
    share the partitions.
    """

    def __init__(
        self,
        name: str,
        subscriptions: Sequence[Subscription],
        database: Database,
        bus: Bus,
        limits: Limits | None = None,
    ) -> None:
        self.name = name
        self._limits = limits or Limits()
        self._topics = topics_heard(heard_by(subscriptions))
        self._database = database
        self._bus = bus
        reader = Reader(heard_by(subscriptions), CATALOG, self._limits.parked_in_a_row_max)
        self._worker = Worker(name, subscriptions, database, reader)
        self._standings: dict[Place, Standing] = {}
        self._subscriber: Subscriber | None = None
        self._stopped: Stop | None = None
        self._batch_limit = self._limits.batch_first
        self._ear = Ear(())
        self._loop = Loop("consumer", self._run, self._ear.wake)
        self._waiting = telling.Waiting(name, self._limits.calm_s)

    async def start(self) -> None:
        """Begin to hear, in the background."""
        self._loop.start()

    async def stop(self) -> None:
        """End after the batches in hand, or without them after a few seconds."""
        await self._loop.stop()

    def trouble(self) -> dict[str, str]:
        """Why the consumer does not go on by itself; empty while it does, and while the bus is
        merely waited for.
        """
        return {"consumer": str(self._stopped)} if self._stopped else self._loop.trouble()

    def assigned(self) -> bool:
        """Whether there is a bus that gives us something to read."""
        return self._subscriber is not None

    async def _run(self) -> None:
        try:
            await self._live()
        finally:
            if not self._loop.stopping and not self._stopped:
                telling.ended(self.name)

    async def _live(self) -> None:
        backoff = Pace(BACKOFF_FIRST_S, BACKOFF_LONGEST_S)
        while not self._loop.stopping and (self._stopped is None or self._is_at_a_gap()):
            try:
                await (self._until_accepted() if self._is_at_a_gap() else self._consume(backoff))
            except (BusDown, Unavailable) as down:
                if not self._stopped:
                    self._waiting.tell(down)
                await self._pause(backoff.idle())

    def _is_at_a_gap(self) -> bool:
        return isinstance(self._stopped, gaps.Gap)

    async def _until_accepted(self) -> None:
        """Stand still at a gap until a person has accepted it; then go on."""
        while not self._loop.stopping:
            async with self._database.begin(Cause(f"{self.name}/gaps", "bus:offsets")) as tx:
                is_open = await gaps.is_any_open(tx, self.name)
            if not is_open:
                self._stopped = None
                return
            await self._pause(self._limits.look_every_s)

    async def _pause(self, seconds: float) -> None:
        if not self._loop.stopping:
            await self._ear.wait(seconds)

    async def _consume(self, backoff: Pace) -> None:
        """One life of a client: join, read in turns, leave."""
        subscriber = self._bus.subscriber(self.name, self._topics, self._positions)
        watch = Watch(self._limits.look_every_s, self._limits.stalled_s)
        try:
            await subscriber.start()
            self._subscriber = subscriber
            self._waiting.over()
            while not self._loop.stopping and not self._stopped:
                batches = await subscriber.fetch(self._batch_limit)
                passed = await self._turn(batches, subscriber)
                if passed:
                    backoff.busy()
                else:
                    await self._pause(backoff.idle())
                if watch.due():
                    await self._look(subscriber, watch)
        finally:
            self._subscriber = None
            await subscriber.stop()

    async def _turn(self, batches: Sequence[Batch], subscriber: Subscriber) -> bool:
        """Work off what was fetched. Same partition numbers of all topics, so the same keys, share
        a lane in turn.
        """
        lanes: dict[int, list[InHand]] = {}
        for batch in batches:
            in_hand = (batch, self._standings[batch.place])
            lanes.setdefault(batch.place.partition % LANES, []).append(in_hand)
        done = await asyncio.gather(
            *(self._lane(lane, subscriber) for lane in lanes.values()), return_exceptions=True
        )
        for ended in done:
            if isinstance(ended, BaseException):
                raise ended
        return all(done)

    async def _lane(self, batches: Sequence[InHand], subscriber: Subscriber) -> bool:
        passed = True
        for batch, standing in batches:
            if self._stopped:
                return passed
            passed &= await self._one(batch, standing, subscriber)
        return passed

    async def _one(self, batch: Batch, standing: Standing, subscriber: Subscriber) -> bool:
        """Work a batch off, from where we stood when it was fetched: a rebalance in between has
        another standing, and the fence refuses this one. False: something passing came between,
        and it will be read again.
        """
        records = [record for record in batch.records if record.offset >= standing.next_offset]
        size = max(1, self._batch_limit)
        try:
            if not is_continued(batch, standing):
                await self._rewind(batch.place, standing, await subscriber.begins())
            for first in range(0, len(records), size):
                await self._timed(Batch(batch.place, records[first : first + size]), standing)
        except PASSING as passing:
            self._slower()
            telling.again(self.name, batch.place, passing)
            await self._again(batch.place, subscriber)
            return isinstance(passing, (offsets.Zombie, offsets.Rewound))
        except Stop as stop:
            await self._halt(stop, batch.place)
        return True

    async def _timed(self, batch: Batch, standing: Standing) -> None:
        started = time.perf_counter()
        tally = await self._worker.work(batch, standing)
        seconds = time.perf_counter() - started
        telling.batch(self.name, batch, seconds, tally)
        if seconds > self._limits.batch_slow_s:
            self._slower()
        elif len(batch.records) >= self._batch_limit:
            self._batch_limit = min(self._batch_limit * 2, self._limits.batch_max)

    def _slower(self) -> None:
        self._batch_limit = max(1, self._batch_limit // 2)

    async def _again(self, place: Place, subscriber: Subscriber) -> None:
        """Ask the table where we are, and read from there."""
        stand = await self._positions([place])
        subscriber.seek(place, stand[place])

    async def _rewind(self, place: Place, standing: Standing, begins: Mapping[Place, int]) -> None:
        """The log has lost its tail, and what came since stands at offsets that we have passed:
        hear all that it has again. Effects have keys of their own. Raises Rewound.
        """
        begins_at = min(begins.get(place, 0), standing.next_offset)
        async with self._database.begin(Cause(f"{self.name}/rewound", "bus:offsets")) as tx:
            await offsets.rewind(tx, self.name, place, standing.next_offset, begins_at)
        metrics.CONSUMER_REWOUND.labels(self.name, place.topic).inc()
        logger().error("consumer", consumer=self.name, state="rewound", **place._asdict())
        raise offsets.Rewound(place.topic)

    async def _positions(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """From where to read: a record earlier than we stand, so that the log shows whether it is
        still the one we know.
        """
        async with self._database.begin(Cause(f"{self.name}/assigned", "bus:offsets")) as tx:
            stand = await offsets.stand(tx, self.name, places)
        self._standings.update((place, Standing(*found)) for place, found in stand.items())
        return {place: max(0, found.next_offset - 1) for place, found in stand.items()}

    async def _halt(self, stop: Stop, place: Place) -> None:
        """Stand still until a person has looked; a gap is kept for them to accept."""
        if isinstance(stop, gaps.Gap):
            async with self._database.begin(Cause(f"{self.name}/gap", "bus:offsets")) as tx:
                await gaps.notice(tx, self.name, place, stop)
        self._stopped = stop
        telling.stopped(self.name, place, stop)

    async def _look(self, subscriber: Subscriber, watch: Watch) -> None:
        """Tell the lag, give the bus its hint, stop where the log has lost what we are to read, and
        start over with a client that stands still while there is work.
        """
        mine = {place: self._standings[place].next_offset for place in tuple(subscriber.places())}
        ends = await subscriber.ends()
        lag: dict[str, int] = dict.fromkeys(self._topics, 0)
        for place, offset in mine.items():
            lag[place.topic] += max(0, ends.get(place, offset) - offset)
        for topic, records in lag.items():
            metrics.CONSUMER_LAG.labels(self.name, topic).set(records)
        await subscriber.hint(mine)
        if any(lag.values()):
            await self._find_gap(mine, await subscriber.begins())
        if watch.is_stalled(mine, sum(lag.values())):
            metrics.CONSUMER_RECREATED.labels(self.name).inc()
            raise BusDown("no progress")

    async def _find_gap(self, mine: Mapping[Place, int], begins: Mapping[Place, int]) -> None:
        """A log that begins behind us has lost what lies between, also where nothing is left of it
        that could be fetched.
        """
        for place, at in mine.items():
            if begins.get(place, 0) > at and not self._stopped:
                await self._halt(gaps.Gap(at, begins[place]), place)
