"""What relay and consumer tell of themselves does not wait for the bus."""

from chassis import metrics
from chassis.bus.kafka import KafkaBus
from chassis.bus.local import LocalBus
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.relay import Relay
from chassis.testing.eventually import eventually
from chassis.tx import Cause
from chassis.upkeep import Upkeep
from tests.bus.house import HEARING, enrolled, stands_still
from tests.bus.wires import AUTHOR, HEARER

QUICK = Upkeep(look_every_s=0.05)
NOWHERE = "127.0.0.1:1"
AGE = "UPDATE outbox SET created_at = created_at - make_interval(hours => 1)"
CAUSE = Cause("test", "test")


async def test_the_outbox_ages_in_the_metrics_while_the_broker_is_dead(author: Database) -> None:
    async with author.begin(CAUSE) as tx:
        tx.emit(enrolled(1))
    relay = Relay(author, KafkaBus(AUTHOR, NOWHERE, 1), QUICK)
    await relay.start()
    try:
        await eventually(lambda: _waiting(rows=1, at_least_s=0))
        async with author.begin(CAUSE) as tx:
            await tx.execute("age", AGE)
            tx.emit(enrolled(2))
        await eventually(lambda: _waiting(rows=2, at_least_s=3_600))
        assert relay.failing
    finally:
        await relay.stop()


async def test_a_consumer_without_a_bus_says_so_until_it_has_one(
    author: Database, hearer: Database
) -> None:
    for bus in (KafkaBus(HEARER, NOWHERE, 1), LocalBus(HEARER, {AUTHOR: author.dsn}, 1)):
        consumer = Consumer(HEARER, HEARING, hearer, bus)
        await consumer.start()
        try:
            has_a_bus = isinstance(bus, LocalBus)
            await eventually(lambda is_meant=not has_a_bus: _stands_still(is_meant))
            assert consumer.trouble() == {}
        finally:
            await consumer.stop()
            await bus.close()


async def _stands_still(is_meant: bool) -> bool:
    return stands_still("unreachable") == is_meant


async def _waiting(rows: int, at_least_s: float) -> bool:
    unsent = metrics.OUTBOX_UNSENT.labels(AUTHOR)._value.get()
    age_s = metrics.OUTBOX_AGE.labels(AUTHOR)._value.get()
    return unsent == rows and age_s >= at_least_s
