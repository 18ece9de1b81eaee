"""What only a broker can do to us: die, forget, move partitions, thaw a process that it had
given up.
"""

import asyncio
import gc
import signal
import subprocess
import sys
import warnings
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.bus.kafka_subscriber import KafkaSubscriber
from chassis.bus.kafka_topics import KEPT_S, Shape, Topics
from chassis.bus.port import BusDown
from chassis.database import Database
from chassis.testing.eventually import eventually
from chassis.tx import Cause
from chassis.upkeep import Upkeep
from deploy.kafka import Broker
from tests.bus.house import House, enrolled
from tests.bus.wires import HEARER, TOPIC, KafkaWire, admin
from tests.happenings import Must, happened

QUICK = Upkeep(look_every_s=0.2)
STOP_MAX_S = 10
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest_asyncio.fixture(loop_scope="session")
async def wire(broker: Broker) -> AsyncIterator[KafkaWire]:
    """The broker alone. A start that is cancelled because the broker is dead leaves its socket
    to the collector (aiokafka), which is no news here.
    """
    kafka = KafkaWire(broker)
    await kafka.forget()
    yield kafka
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


@asynccontextmanager
async def zombie_hearing(house: House, broker: Broker) -> AsyncIterator[Process]:
    """The hearer as a process of its own."""
    command = (sys.executable, "-m", "tests.bus.zombie", broker.bootstrap, house.hearer.dsn)
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE)
    try:
        yield process
        process.stdin.close()
        async with asyncio.timeout(STOP_MAX_S):  # who leaves in order is not waited for
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def aside(call: Callable[[], None]) -> None:
    """Let a blocking call of the broker's folder run beside us."""
    await asyncio.to_thread(call)


@pytest.mark.long
async def test_a_killed_broker_loses_nothing(house: House, broker: Broker) -> None:
    async with house.relaying(QUICK), house.hearing():
        await house.say(*(enrolled(number) for number in range(10)))
        await house.until_heard(*range(10))
        await aside(broker.kill)
        await house.say(*(enrolled(number) for number in range(10, 20)))
        await aside(broker.start)
        await house.until_heard(*range(20))
    assert set(await house.heard()) == {f"e{n}" for n in range(20)}


async def test_a_wiped_broker_is_told_everything_again(house: House, broker: Broker) -> None:
    async with house.relaying(QUICK), house.hearing():
        await house.say(*(enrolled(number) for number in range(10)))
        await house.until_heard(*range(10))
        await aside(broker.wipe)
        await house.say(*(enrolled(number) for number in range(10, 20)))
        await aside(broker.start)
        await house.until_heard(*range(20))
        await eventually(lambda: _all_twice_or_more(house))
    assert len(await house.offsets()) == 2
    heard = await house.heard()
    happened(Must.BROKER_WIPED)
    happened(Must.REDELIVERY, len(heard) - len(set(heard)))


async def test_what_a_wiped_broker_had_not_delivered_yet_arrives(
    house: House, broker: Broker
) -> None:
    async with house.relaying(QUICK):
        await house.say(*(enrolled(number) for number in range(10)))
        await eventually(lambda: _none_unsent(house))
        await aside(broker.wipe)
        await aside(broker.start)
        async with house.hearing():
            await house.until_heard(*range(10))
    heard = set(await house.heard())
    assert heard == {f"e{n}" for n in range(10)}
    happened(Must.GAP, len(heard))


async def test_relay_and_consumer_stop_while_the_broker_is_dead(
    house: House, broker: Broker
) -> None:
    async with house.relaying(QUICK) as relay, house.hearing() as consumer:
        await house.say(enrolled(1))
        await house.until_heard(1)
        await aside(broker.kill)
        await house.say(enrolled(2))
        try:
            async with asyncio.timeout(STOP_MAX_S):
                await consumer.stop()
                await relay.stop()
        finally:
            await aside(broker.wipe)  # who could not leave the group would be waited for
            await aside(broker.start)
    assert await house.unsent() == 1


async def test_a_rebalance_in_mid_stream_doubles_nothing(house: House) -> None:
    async with house.relaying(QUICK), house.hearing() as first:
        await house.say(*(enrolled(number) for number in range(50)))
        await house.until_heard(*range(50))
        async with house.hearing() as second:
            for number in range(50, 150):
                await house.say(enrolled(number))
            await eventually(lambda: _both(first.assigned(), second.assigned()))
            await house.until_heard(*range(150))
        for number in range(150, 160):
            await house.say(enrolled(number))
        await house.until_heard(*range(160))
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(160))


async def test_a_thawed_zombie_doubles_nothing(house: House, broker: Broker) -> None:
    await _end_idle_transactions(house.hearer)
    async with house.relaying(QUICK), zombie_hearing(house, broker) as zombie:
        await house.say(*(enrolled(number) for number in range(60)))
        await eventually(lambda: _heard_some(house, 5))
        zombie.send_signal(signal.SIGSTOP)
        in_hand = 60 - len(await house.heard())
        async with house.hearing():
            await house.until_heard(*range(60))
            happened(Must.REBALANCE, bool(in_hand))
            zombie.send_signal(signal.SIGCONT)
            for number in range(60, 100):
                await house.say(enrolled(number))
            await house.until_heard(*range(100))
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(100))


async def test_a_topic_has_an_id_of_its_own_for_each_life(wire: KafkaWire) -> None:
    asking = Topics(wire.broker.bootstrap)
    try:
        await asking.make([TOPIC], Shape(2))
        first = await asking.ids([TOPIC, "never.made"])
        await wire.forget()
        await asking.make([TOPIC], Shape(2))
        second = await asking.ids([TOPIC])
    finally:
        await asking.close()
    assert first.keys() == second.keys() == {TOPIC}
    assert first[TOPIC] != second[TOPIC]


async def test_a_topic_keeps_a_record_as_long_as_it_can_be_said_again(
    wire: KafkaWire, broker: Broker
) -> None:
    for kept_s in (KEPT_S, KEPT_S + 86_400):
        asking = Topics(broker.bootstrap)
        await asking.make([TOPIC], Shape(1, kept_s))
        await asking.close()
        settings = await _settings(broker)
        assert int(settings["retention.ms"]) == kept_s * 1_000
        assert int(settings["segment.ms"]) == 86_400_000
        assert settings["cleanup.policy"] == "delete"
        await wire.forget()


async def test_a_bus_that_is_not_there_is_said_to_be_down() -> None:
    async def nowhere(places):
        return dict.fromkeys(places, 0)

    subscriber = KafkaSubscriber("127.0.0.1:1", HEARER, [TOPIC], Shape(1), nowhere)
    with pytest.raises(BusDown):
        await subscriber.start()
    await subscriber.stop()


async def _none_unsent(house: House) -> bool:
    return await house.unsent() == 0


async def _heard_some(house: House, count: int) -> bool:
    return len(await house.heard()) >= count


async def _end_idle_transactions(database: Database) -> None:
    """A frozen process keeps its locks until the server ends its transaction."""
    name = database.engine.url.database
    async with database.begin(Cause("test", "test")) as tx:
        await tx.execute(
            "idle", f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = 3000"
        )


async def _both(*all_of: bool) -> bool:
    return all(all_of)


async def _all_twice_or_more(house: House) -> bool:
    heard = await house.heard()
    return all(heard.count(f"e{n}") >= 2 for n in range(10))


async def _settings(broker: Broker) -> dict[str, str]:
    async with admin(broker) as at:
        (answer,) = await at.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])
    return {name: value for name, value, *_ in answer.resources[0][4]}
