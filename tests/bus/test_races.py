"""Work that loses a race is run again, whole."""

from collections.abc import Sequence

import pytest

from chassis.consumer import on
from chassis.database import Database
from chassis.testing.eventually import eventually
from chassis.tx import Cause, Tx
from contracts.events.members import MemberEnrolled
from tests.bus.house import House, enrolled, hear, raw
from tests.bus.wires import LocalWire, put
from tests.happenings import Must, happened

LOCK = "SELECT 1 FROM heard WHERE event_id = :event_id FOR UPDATE"
WAITING = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
FIRST, SECOND = "e1", "e2"


@pytest.fixture
def wire(author: Database) -> LocalWire:
    """What a consumer does about its database is the same on every transport."""
    return LocalWire(author)


async def waits(tx: Tx) -> bool:
    """Whether somebody waits for a row that somebody else holds."""
    return bool((await tx.execute("look", WAITING))[0].n)


async def test_a_deadlock_with_somebody_else_is_run_again_and_never_parked(house: House) -> None:
    attempts = 0

    async def hear_with_locks(tx: Tx, events: Sequence[MemberEnrolled]) -> None:
        nonlocal attempts
        attempts += 1
        await tx.execute("lock", LOCK, event_id=FIRST)
        await tx.execute("lock", LOCK, event_id=SECOND)
        await hear(tx, events)

    async with house.hearer.begin(Cause("test", "test")) as tx:
        await hear(tx, [enrolled(1), enrolled(2)])
    await put(house.wire, house.author, [raw(3)])
    async with house.hearing((on(MemberEnrolled, hear_with_locks),)):
        async with house.hearer.begin(Cause("test", "test")) as other:
            await other.execute("lock", LOCK, event_id=SECOND)
            await eventually(lambda: waits(other), what="the handler waits")
            await other.execute("lock", LOCK, event_id=FIRST)
        await house.until_heard(3)
    assert attempts == 2, "the other one lost"
    assert await house.heard() == ["e1", "e2", "e3"]
    assert await house.parked() == []
    happened(Must.DEADLOCK, attempts - 1)
