"""What relay and consumer tell of themselves does not wait for the bus."""

import pytest
from structlog.testing import capture_logs

from chassis import metrics
from chassis.bus.kafka import KafkaBus
from chassis.bus.local import LocalBus
from chassis.bus.port import BusDown
from chassis.consumer import Consumer
from chassis.consumer.telling import Waiting
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


@pytest.mark.parametrize(
    ("calm_s", "told"),
    [
        pytest.param(3_600.0, ["info"], id="a start is calm, and told once"),
        pytest.param(0.0, ["warning"] * 3, id="a wait that lasts is told again and again"),
    ],
)
def test_a_wait_for_the_bus(calm_s: float, told: list[str]) -> None:
    waiting = Waiting(HEARER, calm_s)
    with capture_logs() as lines:
        for _ in range(3):
            waiting.tell(BusDown("down"))
    assert [line["log_level"] for line in lines] == told
    assert stands_still("unreachable")


def test_a_bus_that_was_there_and_went_is_no_calm_start() -> None:
    waiting = Waiting(HEARER, 3_600.0)
    waiting.over()
    with capture_logs() as lines:
        waiting.tell(BusDown("down"))
    assert [line["log_level"] for line in lines] == ["warning"]


async def _stands_still(is_meant: bool) -> bool:
    return stands_still("unreachable") == is_meant


async def _waiting(rows: int, at_least_s: float) -> bool:
    unsent = metrics.OUTBOX_UNSENT.labels(AUTHOR)._value.get()
    age_s = metrics.OUTBOX_AGE.labels(AUTHOR)._value.get()
    return unsent == rows and age_s >= at_least_s
