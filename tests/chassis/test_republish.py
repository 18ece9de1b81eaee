"""What an operator wants said again is worked off beside what is new, whatever its size."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from chassis.bus.local import LocalBus
from chassis.relay import ROWS_MAX, Relay
from chassis.upkeep import Upkeep
from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOOR = "/v1/shelf-svc/outbox/republish"
UNSENT = "SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL"
LOGGED = "SELECT coalesce(sum(n), 0) AS n FROM bus_log"
CLONE = """
INSERT INTO outbox (created_at, n, records, sent_at)
SELECT created_at, n, records, sent_at FROM outbox, generate_series(1, :copies)
"""
TABLES = ("outbox", "bus_log", "republish")


def enrolled(number):
    return MemberEnrolled(
        event_id=EventId(f"e{number}"),
        member_id=MemberId(f"m{number}"),
        occurred_at=NOON,
        recorded_at=NOON,
        version="1",
        enrolled_at=NOON,
    )


@pytest.fixture
async def relay(stage) -> AsyncIterator[Relay]:
    """The shelf's relay, whose rounds a test turns by hand."""
    for table in TABLES:
        await stage.rows(f"DELETE FROM {table}")
    bus = LocalBus("shelf-svc", {"shelf-svc": stage.database.dsn})
    yield Relay(stage.database, bus, Upkeep(look_every_s=0))
    await bus.close()


async def say(stage, number):
    async with stage.begin() as tx:
        tx.emit(enrolled(number))


async def count(stage, sql):
    return (await stage.rows(sql))[0].n


async def worked_off(api, relay, asked):
    """The demand, once a relay has nothing to do any more."""
    while await relay.turn():
        pass
    return (await api.get(asked.headers["Location"])).json()


async def test_what_was_sent_is_sent_again_from_an_instant_on(api, stage, relay):
    await say(stage, 1)
    assert await relay.turn()
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for since, rows in (({"since": later}, 0), ({}, 1)):
        asked = await api.post(DOOR, json=since)
        assert (asked.status_code, asked.json()["state"]) == (202, "open")
        done = await worked_off(api, relay, asked)
        assert (done["state"], done["rows"]) == ("done", rows)
        assert done["republish_id"] == asked.json()["republish_id"]
    assert await count(stage, LOGGED) == 2


async def test_a_large_outbox_is_said_again_in_parts_and_what_is_new_goes_on(api, stage, relay):
    await say(stage, 1)
    await relay.turn()
    await stage.rows(CLONE, copies=3 * ROWS_MAX)
    asked = await api.post(DOOR, json={})
    for number in range(2, 6):
        await relay.turn()
        assert await count(stage, UNSENT) <= ROWS_MAX
        await say(stage, number)
    assert (await worked_off(api, relay, asked))["rows"] == 3 * ROWS_MAX + 1
    assert await count(stage, LOGGED) == 1 + (3 * ROWS_MAX + 1) + 4
    assert await count(stage, UNSENT) == 0


async def test_what_was_written_after_the_demand_is_not_said_twice(api, stage, relay):
    asked = await api.post(DOOR, json={})
    await say(stage, 1)
    await relay.turn()
    assert (await worked_off(api, relay, asked))["rows"] == 0
    assert await count(stage, LOGGED) == 1


async def test_a_demand_that_is_asked_again_while_it_is_open_is_the_same(api, stage, relay):
    await say(stage, 1)
    await relay.turn()
    first, again = [(await api.post(DOOR, json={})).json() for _ in range(2)]
    assert first == again
    other = (await api.post(DOOR, json={"since": NOON.isoformat()})).json()
    assert other["republish_id"] != first["republish_id"]
    while await relay.turn():
        pass
    assert (await api.post(DOOR, json={})).json()["republish_id"] != first["republish_id"]


async def test_a_demand_that_was_never_made_is_not_found(api):
    for republish_id in ("999999", "nobody"):
        answer = await api.get(f"{DOOR}/{republish_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_only_operators_have_things_said_again(stage):
    async with stage.client("jar:read") as reader:
        assert (await reader.post(DOOR, json={})).status_code == 403
        assert (await reader.get(f"{DOOR}/1")).status_code == 403
