"""A client that stands still while there is something to read is noticed; one that has nothing
to do is not.
"""

from collections.abc import Collection, Mapping

from structlog.testing import capture_logs

from chassis import metrics
from chassis.bus.bell import Pace
from chassis.bus.message import Batch, Place
from chassis.bus.port import Bus, Positions, Subscriber
from chassis.consumer import Consumer
from chassis.consumer.watch import Watch
from tests.bus.house import HEARING, House, quick, raw, stands_still, until
from tests.bus.wires import HEARER, put

PLACE = Place("topic", "life", 0)
AT_ONCE = -1.0
NEVER = 3_600.0


def test_no_progress_with_lag_is_a_stall() -> None:
    watch = Watch(0, AT_ONCE)
    watch.is_stalled({PLACE: 5}, 10)
    assert watch.is_stalled({PLACE: 5}, 10)


def test_a_step_forward_or_an_empty_log_begins_anew() -> None:
    watch = Watch(0, NEVER)
    assert not watch.is_stalled({PLACE: 5}, 10)
    assert not watch.is_stalled({PLACE: 6}, 10)
    assert not watch.is_stalled({PLACE: 6}, 0)


def test_one_looks_every_so_often() -> None:
    often, seldom = Watch(0, NEVER), Watch(NEVER, NEVER)
    assert [often.due(), often.due()] == [True, True]
    assert [seldom.due(), seldom.due()] == [True, False]


def test_waits_double_up_to_their_bound_and_begin_again() -> None:
    pace = Pace(1, 5)
    assert [pace.idle() for _ in range(5)] == [1, 2, 4, 5, 5]
    pace.busy()
    assert pace.idle() == 1


class Deaf:
    """A client that is assigned its places and told their ends, and never fetches anything."""

    def __init__(self, inner: Subscriber) -> None:
        self._inner = inner
        self.start, self.stop, self.seek = inner.start, inner.stop, inner.seek
        self.places, self.begins, self.hint = inner.places, inner.begins, inner.hint

    async def fetch(self, limit: int) -> list[Batch]:
        """Look, and bring nothing."""
        for batch in await self._inner.fetch(limit):
            self.seek(batch.place, batch.records[0].offset)
        return []

    async def ends(self) -> Mapping[Place, int]:
        """As they are."""
        return await self._inner.ends()


class Lost(Deaf):
    """A client with a fault in it."""

    async def ends(self) -> Mapping[Place, int]:
        """As they never are."""
        raise ZeroDivisionError("Ada Lovelace")


class DeafAtFirst:
    """A way to the bus whose first client is deaf, or worse."""

    def __init__(self, bus: Bus, first: type[Deaf] = Deaf) -> None:
        self._first = first
        self.service = bus.service
        self.publisher, self.close = bus.publisher, bus.close
        self.given: list[Subscriber] = []
        self._bus = bus

    def subscriber(
        self, consumer: str, topics: Collection[str], positions: Positions
    ) -> Subscriber:
        """The first is deaf, those after it are not."""
        real = self._bus.subscriber(consumer, topics, positions)
        self.given.append(real if self.given else self._first(real))
        return self.given[-1]


def recreated() -> float:
    """How many clients of the hearer were replaced."""
    return float(metrics.CONSUMER_RECREATED.labels(HEARER)._value.get())


async def test_a_client_that_stands_still_while_records_wait_is_replaced(house: House) -> None:
    await put(house.wire, house.author, [raw(number) for number in range(5)])
    bus, before = DeafAtFirst(house.wire.bus(HEARER)), recreated()
    limits = quick(look_every_s=0.05, stalled_s=0.5)
    consumer = Consumer(HEARER, HEARING, house.hearer, bus, limits)
    await consumer.start()
    try:
        await house.until_heard(*range(5))
    finally:
        await consumer.stop()
        await bus.close()
    assert len(bus.given) > 1
    assert recreated() > before
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(5))


async def test_a_consumer_that_a_fault_has_ended_says_so(house: House) -> None:
    bus = DeafAtFirst(house.wire.bus(HEARER), Lost)
    consumer = Consumer(HEARER, HEARING, house.hearer, bus, quick(look_every_s=0.05))
    with capture_logs() as lines:
        await consumer.start()
        try:
            await until(consumer.trouble, "it says so")
        finally:
            await consumer.stop()
            await bus.close()
    (line,) = [line for line in lines if line["event"] == "loop ended"]
    assert (line["log_level"], line["loop"]) == ("critical", "consumer")
    assert line["trail"][0] == "ZeroDivisionError"
    assert line["trail"][-1].endswith(" in ends")
    assert "Ada" not in str(line)
    assert stands_still("fault")
