"""What cannot be understood is put aside, and nothing else waits for it."""

import pytest

from chassis.bus.message import RECORD_BODY_MAX
from chassis.consumer import on
from chassis.parked import AlreadySettled, StillUnreadable, drop, retry, waiting
from chassis.testing.eventually import eventually
from chassis.tx import Cause, Conflict
from contracts.events.members import MemberEnrolled
from tests.bus.house import HEARING, House, quick, raw, refusing, stands_still, until
from tests.bus.wires import put

LOOKING = Cause("test", "key:ops1")
GOOD = [raw(number) for number in range(10)]
UNKNOWN = raw(90, event_type="laurel.Unheard.v1")
BROKEN = raw(91, body=b'{"event_id": "e91", ')
WRONG = raw(92, body=b'{"event_id": 5}')
BINARY = raw(93, body=b"\xff\xfe\x00")
HUGE = raw(94, body=b'"' + b"x" * (RECORD_BODY_MAX + 1) + b'"')


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        (UNKNOWN, "unknown_type"),
        (BROKEN, "malformed"),
        (WRONG, "malformed"),
        (BINARY, "malformed"),
        (HUGE, "too_large"),
    ],
    ids=["unknown type", "cut JSON", "wrong types", "no text", "more than 1 MB"],
)
async def test_poison_is_parked_while_its_neighbours_go_on(house: House, poison, reason) -> None:
    await put(house.wire, house.author, [*GOOD[:5], poison, *GOOD[5:]])
    async with house.hearing():
        await house.until_heard(*range(10))
        await house.until_parked(1)
    assert [why for why, _ in await house.parked()] == [reason]
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(10))


async def test_halving_finds_two_poison_records_in_one_batch(house: House) -> None:
    await put(house.wire, house.author, [raw(number) for number in range(100)])
    async with house.hearing(refusing(17, 71)):
        await house.until_heard(*(n for n in range(100) if n not in {17, 71}))
        await house.until_parked(2)
    assert {why for why, _ in await house.parked()} == {"failed"}
    assert len(await house.heard()) == 98


async def test_a_newer_version_stops_the_consumer_before_it(house: House) -> None:
    newer = raw(5, event_type="laurel.MemberEnrolled.v2")
    await put(house.wire, house.author, [*GOOD[:5], newer])
    async with house.hearing() as consumer:
        await until(consumer.trouble, "the consumer says why it stopped")
        assert "laurel.MemberEnrolled.v2" in consumer.trouble()["consumer"]
        assert stands_still("newer_version")
    assert await house.parked() == []
    behind = sum((await house.offsets()).values())
    async with house.hearing() as again:
        await until(again.trouble, "it stops again")
    assert sum((await house.offsets()).values()) <= 5
    assert behind <= 5


async def test_a_known_event_that_nobody_here_hears_is_passed_by(house: House) -> None:
    unheard = raw(7, event_type="laurel.TierChanged.v1", body=b"{}")
    await put(house.wire, house.author, [unheard, *GOOD])
    async with house.hearing():
        await house.until_heard(*range(10))
        await eventually(lambda: _behind(house, 11))
    assert await house.parked() == []


async def test_too_many_parked_in_a_row_stop_the_consumer(house: House) -> None:
    poison = [raw(0, event_type="laurel.Unheard.v1") for _ in range(10)]
    await put(house.wire, house.author, poison)
    async with house.hearing(limits=quick(parked_in_a_row_max=3)) as consumer:
        await until(consumer.trouble, "the consumer says why it stopped")
        assert stands_still("parked")
    assert len(await house.parked()) == 3


async def test_a_restart_does_not_forget_how_many_were_parked_in_a_row(house: House) -> None:
    poison = [raw(0, event_type="laurel.Unheard.v1") for _ in range(10)]
    await put(house.wire, house.author, poison)
    for _ in range(3):
        async with house.hearing(limits=quick(parked_in_a_row_max=3)) as consumer:
            await until(consumer.trouble, "the consumer says why it stopped")
    assert len(await house.parked()) == 3
    async with house.hearing(limits=quick(parked_in_a_row_max=10)):
        await house.until_parked(10)


async def test_good_records_between_start_the_count_again(house: House) -> None:
    mixed = [m for n in range(10) for m in (raw(n), raw(n, event_type="laurel.Unheard.v1"))]
    await put(house.wire, house.author, mixed)
    async with house.hearing(limits=quick(parked_in_a_row_max=4)) as consumer:
        await house.until_heard(*range(10))
        await house.until_parked(10)
        assert consumer.trouble() == {}


async def test_a_lost_race_is_run_again_and_never_parked(house: House) -> None:
    await put(house.wire, house.author, GOOD)
    losing = _Losing(7)
    async with house.hearing(losing.subscriptions):
        await house.until_heard(*range(10))
    assert losing.lost == 7
    assert await house.parked() == []
    assert sorted(await house.heard()) == sorted(f"e{n}" for n in range(10))


async def test_a_parked_record_is_retried_once(house: House) -> None:
    await put(house.wire, house.author, [*GOOD, raw(50)])
    async with house.hearing(refusing(50)):
        await house.until_parked(1)
    async with house.hearer.begin(LOOKING) as tx:
        (row,) = await waiting(tx, 0, 10)
    for _ in range(2):
        async with house.hearer.begin(LOOKING) as tx:
            assert (await retry(tx, HEARING, row.id)).state == "retried"
    assert (await house.heard()).count("e50") == 1
    async with house.hearer.begin(LOOKING) as tx:
        assert await waiting(tx, 0, 10) == []
        with pytest.raises(AlreadySettled):
            await drop(tx, row.id)


async def test_a_retry_that_is_no_better_leaves_it_parked(house: House) -> None:
    await put(house.wire, house.author, [BROKEN])
    async with house.hearing():
        await house.until_parked(1)
    async with house.hearer.begin(LOOKING) as tx:
        (row,) = await waiting(tx, 0, 10)
    with pytest.raises(StillUnreadable):
        async with house.hearer.begin(LOOKING) as tx:
            await retry(tx, HEARING, row.id)
    async with house.hearer.begin(LOOKING) as tx:
        assert len(await waiting(tx, 0, 10)) == 1


async def test_a_dropped_record_is_gone_for_good(house: House) -> None:
    await put(house.wire, house.author, [BROKEN, raw(1)])
    async with house.hearing():
        await house.until_parked(1)
    for _ in range(2):
        async with house.hearer.begin(LOOKING) as tx:
            assert (await drop(tx, 1)).state == "dropped"
    async with house.hearer.begin(LOOKING) as tx:
        with pytest.raises(AlreadySettled):
            await retry(tx, HEARING, 1)


async def test_a_record_larger_than_we_read_can_be_retried_by_hand(house: House) -> None:
    big = raw(60, body=_padded(60))
    await put(house.wire, house.author, [big])
    async with house.hearing():
        await house.until_parked(1)
    async with house.hearer.begin(LOOKING) as tx:
        await retry(tx, HEARING, 1)
    assert await house.heard() == ["e60"]


def _padded(number: int) -> bytes:
    body = raw(number).body
    return body[:-1] + b" " * (RECORD_BODY_MAX + 1) + b"}"


async def _behind(house: House, count: int) -> bool:
    return sum((await house.offsets()).values()) == count


class _Losing:
    """A handler that loses its race so many times."""

    def __init__(self, times: int) -> None:
        self.lost = 0
        self._times = times
        self.subscriptions = (on(MemberEnrolled, self._hear),)

    async def _hear(self, tx, events) -> None:
        await HEARING[0].handler(tx, events)
        if self.lost < self._times:
            self.lost += 1
            raise Conflict("test")
