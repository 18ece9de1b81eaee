"""What is said arrives: at least once, in order per key, whatever happens in between."""

import pytest

from chassis import failpoints
from chassis.testing.eventually import eventually
from chassis.tx import Cause
from tests.bus.house import House, enrolled, raw
from tests.bus.wires import put


async def test_what_a_transaction_says_is_heard_once(house: House) -> None:
    async with house.relaying(), house.hearing():
        for number in range(20):
            await house.say(enrolled(number))
        await house.until_heard(*range(20))
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(20))
    assert await house.unsent() == 0


async def test_many_records_of_one_transaction_arrive(house: House) -> None:
    await house.say(*(enrolled(number) for number in range(3_000)))
    async with house.relaying(), house.hearing():
        await house.until_heard(*range(3_000))
    assert len(await house.heard()) == 3_000


async def test_records_of_one_member_keep_their_order(house: House) -> None:
    async with house.relaying(), house.hearing():
        for number in range(200):
            await house.say(enrolled(number, f"m{number % 5}"))
        await house.until_heard(*range(200))
    for member in range(5):
        assert await house.heard_of(f"m{member}") == [f"e{n}" for n in range(member, 200, 5)]


async def test_a_hearer_that_comes_late_hears_everything(house: House) -> None:
    async with house.relaying():
        await house.say(*(enrolled(number) for number in range(50)))
        await eventually(lambda: _none_unsent(house))
    async with house.hearing():
        await house.until_heard(*range(50))
    async with house.relaying(), house.hearing():
        await house.say(enrolled(50))
        await house.until_heard(50)
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(51))


@pytest.mark.parametrize(
    "point", ["relay.after_claim", "relay.after_send", "relay.before_mark", "relay.after_mark"]
)
async def test_a_relay_that_fails_anywhere_sends_again(house: House, point: str) -> None:
    failpoints.arm(f"{point}=error@1")
    await house.say(*(enrolled(number) for number in range(10)))
    async with house.relaying(), house.hearing():
        await house.until_heard(*range(10))
        await eventually(lambda: _none_unsent(house))
    assert {f"e{n}" for n in range(10)} == set(await house.heard())


@pytest.mark.parametrize(
    "point",
    [
        "consumer.before_inbox",
        "consumer.after_effect",
        "consumer.after_commit",
        "sql.advance_offset",
        "sql.hear",
    ],
)
async def test_a_consumer_that_fails_anywhere_has_each_effect_once(
    house: House, point: str
) -> None:
    await put(house.wire, house.author, [raw(number) for number in range(10)])
    failpoints.arm(f"{point}=error@1")
    async with house.hearing():
        await house.until_heard(*range(10))
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(10))
    assert await house.parked() == []


async def test_a_record_that_comes_twice_is_told_apart_by_its_id(house: House) -> None:
    async with house.relaying() as relay, house.hearing():
        await house.say(enrolled(1))
        await house.until_heard(1)
        await relay.republish()
        await eventually(lambda: _heard_times(house, 2))
    assert await house.heard() == ["e1", "e1"]


async def test_what_is_committed_late_is_not_overtaken_for_ever(house: House) -> None:
    async with house.author.begin(Cause("test", "test")) as slow:
        await slow.execute("take_number", "SELECT nextval('outbox_id_seq')")
        async with house.relaying():
            await house.say(enrolled(2))
            await eventually(lambda: _none_unsent(house))
        slow.emit(enrolled(1))
    async with house.relaying(), house.hearing():
        await house.until_heard(1, 2)
    assert sorted(await house.heard()) == ["e1", "e2"]


async def test_a_topic_that_was_made_again_begins_a_new_row(house: House) -> None:
    async with house.relaying(), house.hearing():
        await house.say(*(enrolled(number) for number in range(10)))
        await house.until_heard(*range(10))
    await house.wire.recreate()
    await put(house.wire, house.author, [raw(number) for number in range(20, 23)])
    async with house.hearing():
        await house.until_heard(20, 21, 22)
    assert len(await house.offsets()) == 2
    assert set((await house.offsets()).values()) == {10, 3}


async def _none_unsent(house: House) -> bool:
    return await house.unsent() == 0


async def _heard_times(house: House, times: int) -> bool:
    return len(await house.heard()) >= times
