"""What a known reader has not read is kept, however old it is, until it has or is forgotten."""

import pytest
import pytest_asyncio

from chassis import metrics
from chassis.bus import readers
from chassis.database import Database
from chassis.service import Service
from chassis.testing.eventually import eventually
from chassis.testing.stage import Stage
from chassis.tx import Cause
from chassis.upkeep import Upkeep
from tests.bus.house import House, enrolled
from tests.bus.wires import AUTHOR, HEARER, LocalWire
from tests.chassis import shelf

LOOKING = Cause("test", "test")
QUICK = Upkeep(look_every_s=0.05)
DOOR = f"/v1/{shelf.service.name}/readers"
AGE = (
    "UPDATE bus_log SET created_at = created_at - make_interval(days => 9)",
    "UPDATE outbox SET sent_at = sent_at - make_interval(days => 9)",
    "UPDATE bus_reader SET seen_at = seen_at - make_interval(days => 9)",
)


@pytest_asyncio.fixture(loop_scope="session")
async def wire(author: Database) -> LocalWire:
    """Only the local log knows its readers; a broker keeps a topic for a time of its own."""
    return LocalWire(author)


@pytest.fixture(scope="module")
def service() -> Service:
    """A service with no word of the business, for its doors."""
    return shelf.service


async def nine_days_pass(house: House) -> None:
    """While everything is off."""
    async with house.author.begin(LOOKING) as tx:
        for statement in AGE:
            await tx.execute("age", statement)


async def kept(house: House) -> tuple[int, int]:
    """Records in the log, rows in the outbox."""
    async with house.author.begin(LOOKING) as tx:
        (log,) = await tx.execute("look", "SELECT coalesce(sum(n), 0) AS n FROM bus_log")
        (outbox,) = await tx.execute("look", "SELECT count(*) AS n FROM outbox")
    return log.n, outbox.n


async def passed(house: House) -> int:
    """How many records the reader has told that it needs no longer."""
    async with house.author.begin(LOOKING) as tx:
        (row,) = await tx.execute("look", "SELECT sum(next_offset) AS n FROM bus_position")
    return row.n or 0


async def test_what_was_not_heard_is_kept_however_long_everything_is_off(house: House) -> None:
    async with house.hearing() as consumer:
        await eventually(lambda: _known(house))
        assert consumer.trouble() == {}
    await house.say(*(enrolled(number) for number in range(5)))
    async with house.relaying():
        await eventually(lambda: _none_unsent(house))
    await nine_days_pass(house)
    async with house.relaying() as relay:
        await relay.trim()
        assert await kept(house) == (5, 1)
        async with house.hearing():
            await house.until_heard(*range(5))
            await eventually(lambda: _has_passed(house, 5))
        await relay.trim()
    assert await kept(house) == (0, 0)


async def test_the_slowest_reader_decides_what_is_kept(house: House) -> None:
    async with house.author.engine.connect() as connection:
        await readers.meet(connection, "slow-svc", ["loyalty.members"])
        await connection.commit()
    await house.say(enrolled(1))
    async with house.relaying() as relay, house.hearing():
        await house.until_heard(1)
        await eventually(lambda: _has_passed(house, 1))
        await nine_days_pass(house)
        await relay.trim()
    assert await kept(house) == (1, 1)


async def test_a_topic_that_began_anew_has_nothing_passed(house: House) -> None:
    async with house.relaying(), house.hearing():
        await house.say(*(enrolled(number) for number in range(10)))
        await eventually(lambda: _has_passed(house, 10))
    await house.wire.recreate()
    await house.say(enrolled(10))
    async with house.relaying() as relay:
        await eventually(lambda: _none_unsent(house))
        await nine_days_pass(house)
        await relay.trim()
    assert (await kept(house))[0] == 1


async def test_what_nobody_reads_is_dropped_after_the_window(house: House) -> None:
    await house.say(enrolled(1))
    async with house.relaying() as relay:
        await eventually(lambda: _none_unsent(house))
        await relay.trim()
        assert await kept(house) == (1, 1)
        await nine_days_pass(house)
        await relay.trim()
    assert await kept(house) == (0, 0)


async def test_more_than_a_round_may_drop_is_dropped_in_several(house: House) -> None:
    async with house.author.begin(LOOKING) as tx:
        await tx.execute(
            "fill",
            "INSERT INTO outbox (created_at, n, records, sent_at)"
            " SELECT now(), 1, '', now() FROM generate_series(1, 4500)",
        )
    await nine_days_pass(house)
    async with house.relaying() as relay:
        await relay.trim()
    assert await kept(house) == (0, 0)


async def test_the_age_of_a_reader_that_went_is_told_until_it_is_forgotten(house: House) -> None:
    async with house.hearing():
        await eventually(lambda: _known(house))
    await nine_days_pass(house)
    async with house.relaying(QUICK):
        await eventually(lambda: _told_age(9 * 86_400))
        async with house.author.begin(LOOKING) as tx:
            assert await readers.forget(tx, HEARER)
        await eventually(_told_nothing)
    assert not await _known(house)


async def test_readers_are_listed_and_forgotten_by_operators_alone(stage: Stage) -> None:
    async with stage.database.engine.connect() as connection:
        await readers.meet(connection, "gone-svc", ["topic.b", "topic.a"])
        await connection.commit()
    async with stage.client("ops") as ops, stage.client("jar:read") as other:
        assert (await other.get(DOOR)).status_code == 403
        (listed,) = (await ops.get(DOOR)).json()["items"]
        assert (listed["reader"], listed["topics"]) == ("gone-svc", ["topic.a", "topic.b"])
        assert (listed["behind"], listed["seen_at"][-1]) == (0, "Z")
        assert (await other.post(f"{DOOR}/gone-svc/forget")).status_code == 403
        assert (await ops.post(f"{DOOR}/gone-svc/forget")).json() == {"reader": "gone-svc"}
        again = await ops.post(f"{DOOR}/gone-svc/forget")
        assert (again.status_code, again.json()["code"]) == (404, "not_found")
        assert (await ops.get(DOOR)).json() == {"items": []}


async def _none_unsent(house: House) -> bool:
    return await house.unsent() == 0


async def _known(house: House) -> bool:
    async with house.author.begin(LOOKING) as tx:
        return [row.reader for row in await readers.known(tx)] == [HEARER]


async def _has_passed(house: House, count: int) -> bool:
    return await passed(house) == count


def _ages() -> list[float]:
    (family,) = metrics.READER_AGE.collect()
    mine = {"service": AUTHOR, "reader": HEARER}
    return [sample.value for sample in family.samples if sample.labels == mine]


async def _told_age(at_least: float) -> bool:
    return any(age >= at_least for age in _ages())


async def _told_nothing() -> bool:
    return not _ages()
