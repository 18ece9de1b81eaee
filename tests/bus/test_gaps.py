"""A log that no longer has what was never read stops its consumer, until a person lets it go on."""

import pytest
from aiokafka import TopicPartition
from aiokafka.admin.records_to_delete import RecordsToDelete

from chassis.bus.message import Place, Record
from chassis.consumer import Consumer, gaps
from chassis.consumer.offsets import advance, stand
from chassis.database import Database
from chassis.service import Service
from chassis.testing.eventually import eventually
from chassis.testing.stage import Stage
from chassis.tx import Cause
from tests.bus.house import House, enrolled, raw, stands_still, until
from tests.bus.wires import TOPIC, LocalWire, admin, partition_ends, put
from tests.chassis import shelf

LOOKING = Cause("test", "key:ops1")
PLACE = Place(TOPIC, "a life", 3)
DOOR = f"/v1/{shelf.service.name}/gaps"
DROP = "DELETE FROM bus_log WHERE topic = :topic AND next_offset <= :upto"


@pytest.fixture(scope="module")
def service() -> Service:
    """A service with no word of the business, for its doors."""
    return shelf.service


async def said(house: House, *numbers: int) -> None:
    """Of one member, so that all are in one partition, and in a part of the log of their own."""
    await put(house.wire, house.author, [raw(number, member="m1") for number in numbers])


async def drop(house: House, upto: int) -> None:
    """The log forgets what lies before this offset of the member's partition, as it does with
    age.
    """
    if isinstance(house.wire, LocalWire):
        async with house.author.begin(LOOKING) as tx:
            await tx.execute("drop", DROP, topic=TOPIC, upto=upto)
        return
    async with admin(house.wire.broker) as at:
        ends = await partition_ends(house.wire.broker)
        (part,) = [TopicPartition(TOPIC, n) for n, end in ends.items() if end]
        await at.delete_records({part: RecordsToDelete(upto)})


async def open_gaps(house: House) -> list[tuple[int, int, int]]:
    """Id, from and to of each."""
    async with house.hearer.begin(LOOKING) as tx:
        return [(g.id, g.next_offset, g.found_offset) for g in await gaps.waiting(tx, 0, 10)]


async def accept(house: House, gap_id: int) -> None:
    """As the door does."""
    async with house.hearer.begin(LOOKING) as tx:
        assert await gaps.accept(tx, gap_id)


async def until_it_stops(consumer: Consumer) -> str:
    """Wait until it says why."""
    await until(consumer.trouble, "the consumer says why it stopped")
    return consumer.trouble()["consumer"]


async def test_a_gap_stops_the_consumer_until_it_is_accepted(house: House) -> None:
    await said(house, *range(5))
    async with house.hearing():
        await house.until_heard(*range(5))
    await said(house, *range(5, 10))
    await said(house, *range(10, 15))
    await drop(house, 10)
    for _ in range(2):
        async with house.hearing() as consumer:
            assert await until_it_stops(consumer) == "offsets 5 to 9 are gone"
            assert stands_still("gap")
    async with house.hearing() as consumer:
        await until_it_stops(consumer)
        ((gap_id, *between),) = await open_gaps(house)
        assert between == [5, 10]
        await accept(house, gap_id)
        await house.until_heard(*range(10, 15))
        await until(
            lambda: not consumer.trouble() and not stands_still("gap"), "it goes on by itself"
        )
    assert await house.heard() == [f"e{n}" for n in (*range(5), *range(10, 15))]
    assert await open_gaps(house) == []


async def test_a_gap_behind_which_nothing_is_left_is_noticed_too(house: House) -> None:
    await said(house, *range(5))
    async with house.hearing():
        await house.until_heard(*range(5))
    await said(house, *range(5, 10))
    await drop(house, 10)
    async with house.hearing() as consumer:
        assert await until_it_stops(consumer) == "offsets 5 to 9 are gone"
        ((gap_id, *_),) = await open_gaps(house)
        await accept(house, gap_id)
        await said(house, 10)
        await house.until_heard(10)


async def test_a_consumer_that_comes_too_late_for_the_beginning_is_told(house: House) -> None:
    await said(house, *range(5))
    await said(house, *range(5, 8))
    await drop(house, 5)
    async with house.hearing() as consumer:
        assert await until_it_stops(consumer) == "offsets 0 to 4 are gone"
    assert await house.heard() == []


async def test_what_was_lost_is_said_again_and_the_gap_accepted(house: House) -> None:
    await house.say(*(enrolled(number, "m1") for number in range(5)))
    async with house.relaying() as relay:
        await eventually(lambda: _none_unsent(house))
        await drop(house, 5)
        async with house.hearing() as consumer:
            await until_it_stops(consumer)
            await relay.republish()
            ((gap_id, *_),) = await open_gaps(house)
            await accept(house, gap_id)
            await house.until_heard(*range(5))
            await until(lambda: not consumer.trouble(), "it goes on by itself")
    assert await house.heard() == [f"e{n}" for n in range(5)]


async def test_a_lost_tail_behind_a_dropped_head_is_no_gap(
    author: Database, hearer: Database
) -> None:
    house = House(LocalWire(author), author, hearer)
    for first in (0, 5, 10):
        await said(house, *range(first, first + 5))
    async with house.hearing():
        await house.until_heard(*range(15))
    await drop(house, 5)
    async with author.begin(LOOKING) as tx:
        await tx.execute("cut", "DELETE FROM bus_log WHERE next_offset > 10")
        await tx.execute("end", "UPDATE bus_partition SET next_offset = least(next_offset, 10)")
    async with house.hearing() as consumer:
        await eventually(lambda: _heard_times(house, 20))
        assert consumer.trouble() == {}
    assert (await house.heard())[15:] == [f"e{n}" for n in range(5, 10)]
    assert await open_gaps(house) == []


def test_what_stands_before_a_gap_is_heard_first() -> None:
    records = [
        Record(offset, m.key.encode(), m.headers, m.body)
        for offset, m in ((n, raw(n)) for n in (0, 1, 4, 5))
    ]
    assert [gaps.dense(records, at) for at in (0, 1, 4)] == [2, 0, 0]
    assert gaps.dense(records[2:], 4) == 2
    assert gaps.dense([], 7) == 0


async def test_a_gap_is_listed_and_accepted_by_operators_alone(stage: Stage) -> None:
    async with stage.begin() as tx:
        await stand(tx, "shelf", [PLACE])
        await gaps.notice(tx, "shelf", PLACE, gaps.Gap(0, 7))
        await gaps.notice(tx, "shelf", PLACE, gaps.Gap(0, 9))
    async with stage.client("ops") as ops, stage.client("jar:read") as other:
        assert (await other.get(DOOR)).status_code == 403
        (gap,) = (await ops.get(DOOR)).json()["items"]
        assert (gap["topic"], gap["partition"], gap["state"]) == (TOPIC, 3, "open")
        assert (gap["from_offset"], gap["to_offset"]) == (0, 9)
        accept = f"{DOOR}/{gap['gap_id']}/accept"
        assert (await other.post(accept)).status_code == 403
        answers = [await ops.post(accept) for _ in range(2)]
        assert [(a.status_code, a.json()["state"]) for a in answers] == [(200, "accepted")] * 2
        assert (await ops.get(DOOR)).json()["items"] == []
        for gap_id in ("999999", "nobody"):
            missing = await ops.post(f"{DOOR}/{gap_id}/accept")
            assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    async with stage.begin() as tx:
        assert (await stand(tx, "shelf", [PLACE]))[PLACE].next_offset == 9


async def test_a_gap_that_was_got_round_otherwise_moves_nobody(stage: Stage) -> None:
    place = PLACE._replace(partition=4)
    async with stage.begin() as tx:
        await stand(tx, "shelf", [place])
        await gaps.notice(tx, "shelf", place, gaps.Gap(0, 7))
        await advance(tx, "shelf", place, 0, Record(19, b"", (), b""))
        ((gap_id, *_),) = await gaps.waiting(tx, 0, 10)
        assert await gaps.accept(tx, gap_id)
        assert (await stand(tx, "shelf", [place]))[place].next_offset == 20


async def _none_unsent(house: House) -> bool:
    return await house.unsent() == 0


async def _heard_times(house: House, times: int) -> bool:
    return len(await house.heard()) == times
