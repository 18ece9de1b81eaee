"""The broker of deploy/kafka keeps its data, forgets it when told to, and outlives nobody."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.testing.eventually import eventually
from deploy.kafka import Broker, KafkaUnavailable, create_topics, lock

FIRST = TopicPartition("things", 0)
END_MAX_S = 5.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.stop()


async def send(broker: Broker, bodies: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    await producer.start()
    for number in range(bodies):
        await producer.send_and_wait(FIRST.topic, b"%d" % number, partition=0)
    await producer.stop()


async def ends(broker: Broker) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap)
    await consumer.start()
    try:
        found = await consumer.end_offsets([FIRST])
    finally:
        await consumer.stop()
    return int(found[FIRST])


async def test_a_killed_broker_comes_back_with_its_records(broker: Broker) -> None:
    await create_topics(broker.bootstrap, {FIRST.topic: 3})
    await send(broker, 20)
    broker.kill()
    assert not broker.is_running
    broker.start()
    assert await ends(broker) == 20


async def test_a_topic_that_is_there_is_left_as_it_is(broker: Broker) -> None:
    await create_topics(broker.bootstrap, {"once": 2})
    await create_topics(broker.bootstrap, {"once": 5})
    consumer = AIOKafkaConsumer("once", bootstrap_servers=broker.bootstrap)
    await consumer.start()
    try:
        assert consumer.partitions_for_topic("once") == {0, 1}
    finally:
        await consumer.stop()


async def test_a_broker_moves_when_its_port_was_taken(broker: Broker) -> None:
    await create_topics(broker.bootstrap, {FIRST.topic: 3})
    before, records = broker.bootstrap, await ends(broker)
    broker.stop()
    host, port = before.split(":")
    with socket.create_server((host, int(port))):
        broker.start()
    assert broker.bootstrap != before
    assert await ends(broker) == records


async def test_a_wiped_broker_has_forgotten_everything(broker: Broker) -> None:
    before = broker.bootstrap
    broker.wipe()
    broker.start()
    await create_topics(broker.bootstrap, {FIRST.topic: 1})
    assert (broker.bootstrap, await ends(broker)) == (before, 0)


def test_a_folder_has_one_broker(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT_MAX_S", 0.2)
    with pytest.raises(KafkaUnavailable, match="Another broker"):
        Broker(broker.folder).start()


async def test_a_broker_ends_with_its_owner(broker: Broker) -> None:
    broker.stop()
    own = "import sys, time; from pathlib import Path; from deploy.kafka import Broker; "
    own += "b = Broker(Path(sys.argv[1])); b.start(); print(b.pid, flush=True); time.sleep(600)"
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", own, str(broker.folder), stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    pid = int(await owner.stdout.readline())
    owner.kill()
    await owner.wait()
    await eventually(lambda: has_ended(pid), END_MAX_S, "the broker ends with its owner")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
