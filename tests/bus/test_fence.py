"""Two copies of one consumer change nothing twice."""

import asyncio

import pytest

from chassis.bus.codec import CATALOG
from chassis.bus.local import LocalBus
from chassis.bus.message import Batch, Place, Record
from chassis.consumer import Consumer, Limits, on
from chassis.consumer.batch import Standing, Worker
from chassis.consumer.consumer import LANES
from chassis.consumer.inbox import inbox
from chassis.consumer.offsets import Zombie, stand
from chassis.consumer.reading import Reader
from chassis.database import Database
from chassis.testing.eventually import eventually
from chassis.tx import Cause
from contracts.events.members import MemberEnrolled
from tests.bus.house import HEARING, House, enrolled, hear, raw
from tests.bus.wires import HEARER, TOPIC, put

LOOKING = Cause("test", "test")
PLACE = Place(TOPIC, "first life", 0)


def worker(database: Database) -> Worker:
    """One copy of the consumer's hands."""
    return Worker(HEARER, HEARING, database, Reader([MemberEnrolled], CATALOG, 20))


def batch(*numbers: int, place: Place = PLACE) -> Batch:
    """Records at their own offsets."""
    messages = [(number, raw(number)) for number in numbers]
    return Batch(place, [Record(n, m.key.encode(), m.headers, m.body) for n, m in messages])


async def standing(database: Database) -> int:
    """Where the table says we are."""
    async with database.begin(LOOKING) as tx:
        return (await stand(tx, HEARER, [PLACE]))[PLACE].next_offset


async def heard(database: Database) -> list[str]:
    """What was heard."""
    async with database.begin(LOOKING) as tx:
        return [
            r.event_id for r in await tx.execute("look", "SELECT event_id FROM heard ORDER BY id")
        ]


async def test_the_fence_refuses_a_zombie(hearer: Database) -> None:
    mine = Standing(await standing(hearer))
    other = Standing(mine.next_offset)
    await worker(hearer).work(batch(0, 1, 2), other)
    with pytest.raises(Zombie):
        await worker(hearer).work(batch(0, 1, 2), mine)
    assert await heard(hearer) == ["e0", "e1", "e2"]
    assert await standing(hearer) == 3


async def test_two_copies_at_once_have_each_effect_once(hearer: Database) -> None:
    at = await standing(hearer)
    copies = [worker(hearer).work(batch(0, 1, 2), Standing(at)) for _ in range(5)]
    ended = await asyncio.gather(*copies, return_exceptions=True)
    assert sum(isinstance(end, Zombie) for end in ended) == 4
    assert await heard(hearer) == ["e0", "e1", "e2"]


async def test_what_was_worked_off_is_not_worked_off_again(hearer: Database) -> None:
    mine = Standing(await standing(hearer))
    await worker(hearer).work(batch(0, 1, 2), mine)
    await worker(hearer).work(batch(0, 1, 2), mine)
    await worker(hearer).work(batch(2, 3), mine)
    assert await heard(hearer) == ["e0", "e1", "e2", "e3"]


async def test_a_second_consumer_of_the_name_doubles_nothing(house: House) -> None:
    async with house.relaying(), house.hearing(), house.hearing():
        for number in range(100):
            await house.say(enrolled(number))
        await house.until_heard(*range(100))
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(100))


async def test_the_inbox_names_what_is_fresh(hearer: Database) -> None:
    events = [enrolled(1), enrolled(2), enrolled(1)]
    async with hearer.begin(LOOKING) as tx:
        assert await inbox(tx, HEARER, events) == [events[0], events[1]]
    async with hearer.begin(LOOKING) as tx:
        assert await inbox(tx, HEARER, [enrolled(2), enrolled(3)]) == [enrolled(3)]


async def test_a_republished_event_passes_the_inbox_once(house: House) -> None:
    async def hear_fresh(tx, events) -> None:
        await hear(tx, await inbox(tx, HEARER, events))

    async with house.relaying() as relay, house.hearing((on(MemberEnrolled, hear_fresh),)):
        await house.say(enrolled(1), enrolled(2))
        await house.until_heard(1, 2)
        await relay.republish()
        await eventually(lambda: _copies(house, 4))
        await house.say(enrolled(3))
        await house.until_heard(3)
    assert sorted(await house.heard()) == ["e1", "e2", "e3"]


async def test_a_consumer_stops_within_seconds(house: House) -> None:
    await put(house.wire, house.author, [raw(1)])
    async with asyncio.timeout(20):
        async with house.hearing() as consumer:
            await house.until_heard(1)
        assert consumer.trouble() == {}


async def _copies(house: House, count: int) -> bool:
    """Whether so many records lie behind the consumer, the same events or not."""
    return sum((await house.offsets()).values()) >= count


class _Still:
    """A client that nobody asks for anything but to read on from somewhere else."""

    def seek(self, place: Place, offset: int) -> None:
        """The next fetch would begin there."""


async def test_a_batch_in_hand_over_a_rebalance_is_refused_and_rewinds_nothing(
    hearer: Database,
) -> None:
    other = Place(TOPIC, "first life", LANES)
    consumer: Consumer

    async def lose_the_other_place(tx, events) -> None:
        """While we work, the group takes all from us; another copy goes on; all comes back."""
        await worker(hearer).work(batch(0, 1, 2, place=other), Standing(0))
        await consumer._positions([PLACE, other])

    subscriptions = (on(MemberEnrolled, lose_the_other_place),)
    consumer = Consumer(HEARER, subscriptions, hearer, LocalBus(HEARER, {}), Limits())
    await consumer._positions([PLACE, other])
    await consumer._turn([batch(0), batch(0, place=other)], _Still())
    async with hearer.begin(LOOKING) as tx:
        assert (await stand(tx, HEARER, [other]))[other].next_offset == 3
    assert await heard(hearer) == ["e0", "e1", "e2"]
