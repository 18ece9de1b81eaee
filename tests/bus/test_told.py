"""What a consumer writes into the log: a line a batch, a line for each parked record, never what a
record says.
"""

from collections.abc import MutableMapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.consumer import Subscription, on
from chassis.testing.eventually import eventually
from chassis.tx import Tx
from contracts.events.members import MemberEnrolled
from tests.bus.house import House, hear, quick, raw, until
from tests.bus.wires import HEARER, TOPIC, put

SECRET = "Ada Lovelace"
Line = MutableMapping[str, Any]


def stumbling(*bad: int) -> tuple[Subscription, ...]:
    """A handler whose errors say too much."""

    async def stumble(tx: Tx, events: Sequence[MemberEnrolled]) -> None:
        await hear(tx, events)
        if any(event.event_id == f"e{number}" for event in events for number in bad):
            _decide(events)

    return (on(MemberEnrolled, stumble),)


def _decide(events: Sequence[MemberEnrolled]) -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise ValueError(f"{SECRET}: {events}") from error


def of(lines: Sequence[Line], event: str) -> list[Line]:
    """The lines of one kind."""
    return [line for line in lines if line["event"] == event and line["consumer"] == HEARER]


async def test_a_batch_is_one_line(house: House) -> None:
    await put(house.wire, house.author, [raw(number) for number in range(10)])
    with capture_logs() as lines:
        async with house.hearing():
            await house.until_heard(*range(10))
            await eventually(lambda: _told(lines, 10))
    batches = of(lines, "batch")
    assert sum(line["n"] for line in batches) == 10
    assert {line["topic"] for line in batches} == {TOPIC}
    assert all(line["ms"] > 0 and line["log_level"] == "info" for line in batches)
    assert {(line["parked"], line["races"], line["failed"]) for line in batches} == {(0, 0, 0)}


async def test_a_record_that_fails_is_one_error_with_its_trail_and_without_its_words(
    house: House,
) -> None:
    await put(house.wire, house.author, [raw(number, member="m1") for number in range(8)])
    with capture_logs() as lines:
        async with house.hearing(stumbling(3)):
            await house.until_parked(1)
            await house.until_heard(*(n for n in range(8) if n != 3))
            await eventually(lambda: _told(lines, 8))
    (line,) = of(lines, "parked")
    assert (line["log_level"], line["reason"], line["event_id"]) == ("error", "failed", "e3")
    assert line["detail"].startswith("ValueError in tests.bus.test_told:")
    assert [kind for kind in line["trail"] if " in " not in kind] == ["ValueError", "KeyError"]
    assert any(code.endswith(" in stumble") for code in line["trail"])
    assert SECRET not in str(lines)
    assert sum(each["parked"] for each in of(lines, "batch")) == 1
    assert sum(each["failed"] for each in of(lines, "batch")) > 0


@pytest.mark.parametrize("body", [b'{"event_id": "Ada Lovelace"', b'"Ada Lovelace"'])
async def test_a_record_that_cannot_be_read_is_told_without_what_it_says(
    house: House, body: bytes
) -> None:
    await put(house.wire, house.author, [raw(1, body=body)])
    with capture_logs() as lines:
        async with house.hearing():
            await house.until_parked(1)
            await eventually(lambda: _told(lines, 1))
    (line,) = of(lines, "parked")
    assert (line["reason"], line["event_id"], line["offset"]) == ("malformed", "e1", 0)
    assert line["trail"][0] == "Unreadable"
    assert SECRET not in str(lines)


async def test_who_stops_because_of_a_handler_says_where_it_failed(house: House) -> None:
    await put(house.wire, house.author, [raw(0)])
    with capture_logs() as lines:
        async with house.hearing(stumbling(0), quick(parked_in_a_row_max=0)) as consumer:
            await until(consumer.trouble, "the consumer says why it stopped")
    (line,) = of(lines, "consumer stopped")
    assert (line["reason"], line["log_level"]) == ("parked", "critical")
    assert any(code.endswith(" in stumble") for code in line["trail"])
    assert SECRET not in str(lines)


async def _told(lines: Sequence[Line], records: int) -> bool:
    return sum(line.get("n", 0) for line in of(lines, "batch")) >= records
