"""A bus that comes back without its newest records, and keeps its topics: what was lost is said
again, and what stands where it was is heard.
"""

import gc
import warnings
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.bus.message import Batch, Place, Record
from chassis.bus.port import BusDown, Subscriber
from chassis.consumer.batch import Standing, is_continued
from chassis.consumer.offsets import Zombie, advance, rewind, stand
from chassis.consumer.parking import park
from chassis.consumer.reading import Unfit
from chassis.database import Database
from chassis.relay import Relay
from chassis.testing.eventually import eventually
from chassis.tx import Cause
from tests.bus.house import House, enrolled, raw
from tests.bus.wires import HEARER, TOPIC, KafkaWire, LocalWire, put

LOOKING = Cause("test", "test")
PLACE = Place(TOPIC, "one life", 0)

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def _sockets() -> AsyncIterator[None]:
    """What a dead broker leaves behind in its client is the collector's business."""
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


def record(number: int, offset: int = 0) -> Record:
    message = raw(number)
    return Record(offset, message.key.encode(), message.headers, message.body)


async def lose(house: House, kept: int) -> None:
    """The bus goes down and comes back with `kept` parts in a hundred of each partition's bytes."""
    if isinstance(house.wire, LocalWire):
        await _lose_local(house.author, kept)
        return
    broker = house.wire.broker
    broker.kill()
    for log in (broker.folder / "data").glob(f"{TOPIC}-*/*.log"):
        _cut(log, kept)
    broker.start()


def _cut(log: Path, kept: int) -> None:
    """Cut the log within a record; what is derived from it is built anew when the broker starts."""
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size * kept // 100)
    for derived in log.parent.glob("*.*index"):
        derived.unlink()
    for snapshot in log.parent.glob("*.snapshot"):
        snapshot.unlink()


async def _lose_local(author: Database, kept: int) -> None:
    """An author's database that was restored from before: a shorter log of the same life."""
    async with author.begin(LOOKING) as tx:
        await tx.execute(
            "cut",
            "DELETE FROM bus_log AS l USING bus_partition AS p WHERE l.topic = p.topic"
            " AND l.partition = p.partition AND l.next_offset * 100 > p.next_offset * :kept",
            kept=kept,
        )
        await tx.execute(
            "end",
            "UPDATE bus_partition AS p SET next_offset = coalesce((SELECT max(l.next_offset)"
            " FROM bus_log AS l WHERE l.topic = p.topic AND l.partition = p.partition), 0)",
        )


async def _said(house: House, relay: Relay, *numbers: int) -> None:
    """Of one member, so that all are in one partition."""
    for number in numbers:
        await house.say(enrolled(number, "m1"))
    await eventually(lambda: _none_unsent(house))
    assert relay.trouble() == {}


@pytest.mark.parametrize("kept", [pytest.param(0, marks=pytest.mark.long), 50])
async def test_a_republish_heals_a_lost_tail(house: House, kept: int) -> None:
    async with house.relaying() as relay, house.hearing():
        await _said(house, relay, *range(20))
        await house.until_heard(*range(20))
    await lose(house, kept)
    async with house.relaying() as relay, house.hearing():
        await _said(house, relay, *range(20, 23))
        await relay.republish()
        await house.until_heard(*range(23))
        await eventually(lambda: _heard_again(house, 20))
    assert set(await house.heard()) == {f"e{n}" for n in range(23)}
    assert len(await house.offsets()) == 1


async def test_what_has_grown_over_the_lost_tail_while_nobody_heard_is_heard(house: House) -> None:
    async with house.relaying() as relay, house.hearing():
        await _said(house, relay, *range(10))
        await house.until_heard(*range(10))
    await lose(house, 0)
    async with house.relaying() as relay:
        await _said(house, relay, *range(100, 200))
    async with house.hearing():
        await house.until_heard(*range(100, 200))
    assert len(await house.offsets()) == 1


async def test_a_running_consumer_hears_what_stands_in_the_lost_places(house: House) -> None:
    """A broker says that its leader is another one; a database that was restored ends earlier."""
    later = range(100, 200) if isinstance(house.wire, KafkaWire) else range(100, 104)
    async with house.relaying() as relay, house.hearing():
        await _said(house, relay, *range(10))
        await house.until_heard(*range(10))
        await lose(house, 0)
        await _said(house, relay, *later)
        await house.until_heard(*later)
    assert len(await house.offsets()) == 1


async def test_a_log_that_was_only_restarted_is_not_heard_again(house: House) -> None:
    async with house.relaying() as relay, house.hearing():
        await _said(house, relay, *range(10))
        await house.until_heard(*range(10))
        if isinstance(house.wire, KafkaWire):
            house.wire.broker.restart()
        await _said(house, relay, *range(10, 20))
        await house.until_heard(*range(20))
    async with house.relaying() as relay, house.hearing():
        await _said(house, relay, *range(20, 30))
        await house.until_heard(*range(30))
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(30))


@pytest.mark.parametrize(
    ("shown", "is_continued_"),
    [
        pytest.param([(5, 5), (6, 6)], True, id="what comes next"),
        pytest.param([(4, 4), (5, 5)], True, id="the record that we know, then the next"),
        pytest.param([(3, 3), (4, 4), (5, 5)], True, id="more of what we know"),
        pytest.param([(9, 4), (5, 5)], False, id="another record where we know one"),
        pytest.param([(4, 4)], True, id="only what we know"),
        pytest.param([(0, 0), (1, 1)], False, id="the beginning, though we had passed it"),
        pytest.param([(8, 8)], True, id="further on: the older was dropped by age"),
    ],
)
def test_a_log_goes_on_from_the_record_that_was_worked_off_last(shown, is_continued_) -> None:
    standing = Standing(5, record(4, 4).digest())
    batch = Batch(PLACE, [record(number, offset) for number, offset in shown])
    assert is_continued(batch, standing) == is_continued_


def test_where_nothing_vouches_for_the_record_before_it_is_believed() -> None:
    assert is_continued(Batch(PLACE, [record(9, 4), record(5, 5)]), Standing(5))


async def test_of_two_copies_that_rewind_one_does(hearer: Database) -> None:
    async with hearer.begin(LOOKING) as tx:
        await stand(tx, HEARER, [PLACE])
        await advance(tx, HEARER, PLACE, 0, record(4, 4))
    async with hearer.begin(LOOKING) as tx:
        assert (await stand(tx, HEARER, [PLACE]))[PLACE] == (5, record(4, 4).digest(), 0)
        await rewind(tx, HEARER, PLACE, 5)
    async with hearer.begin(LOOKING) as tx:
        with pytest.raises(Zombie):
            await rewind(tx, HEARER, PLACE, 5)
        assert (await stand(tx, HEARER, [PLACE]))[PLACE] == (0, None, 0)


async def test_another_record_at_a_parked_ones_place_is_parked_too(hearer: Database) -> None:
    for number in (1, 1, 2):
        async with hearer.begin(LOOKING) as tx:
            await park(tx, HEARER, PLACE, [Unfit(record(number, 7), "unknown_type")])
    async with hearer.begin(LOOKING) as tx:
        assert len(await tx.execute("look", "SELECT 1 FROM parked")) == 2


async def _none_unsent(house: House) -> bool:
    return await house.unsent() == 0


async def _heard_again(house: House, count: int) -> bool:
    heard = await house.heard()
    return all(heard.count(f"e{n}") >= 2 for n in range(count))


@pytest.mark.parametrize("wire", ["kafka"], indirect=True)
async def test_after_a_change_of_leader_the_record_before_is_shown_again(house: House) -> None:
    async def at_the_start(places):
        return dict.fromkeys(places, 0)

    assert isinstance(house.wire, KafkaWire)
    await put(house.wire, house.author, [raw(1), raw(1), raw(1)])
    subscriber = house.wire.bus(HEARER).subscriber(HEARER, [TOPIC], at_the_start)
    try:
        await subscriber.start()
        first = await _fetched(subscriber)
        subscriber._epochs = dict.fromkeys(subscriber._epochs, -1)
        await put(house.wire, house.author, [raw(1)])
        again = await _fetched(subscriber)
    finally:
        await subscriber.stop()
    assert [record.offset for record in first] == [0, 1, 2]
    assert [record.offset for record in again][:2] == [2, 3]


async def _fetched(subscriber: Subscriber) -> list[Record]:
    found: list[Record] = []

    async def some() -> bool:
        with suppress(BusDown):
            found.extend(r for batch in await subscriber.fetch(10) for r in batch.records)
        return bool(found)

    await eventually(some)
    return found
