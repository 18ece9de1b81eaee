"""Nothing acknowledged is lost and nothing doubles, whichever process dies whenever (I13)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

import deploy
from chassis.testing.databases import Server
from deploy.kafka import Broker
from tests.faults.checker import Books, differences
from tests.faults.convergence import Convergence
from tests.faults.killer import KILLS, Killer
from tests.faults.tills import Patient, Told
from tests.faults.world import Site, World
from tests.oracle.histories import Frame
from tests.oracle.programme import CLASSIC

PROGRAMME = Path(deploy.__file__).parent / "programmes" / "classic"
TILLS = 6
MEMBERS_MAX = 400


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    broker = Broker(tmp_path / "kafka")
    broker.start()
    return broker


@pytest_asyncio.fixture(loop_scope="session")
async def world(server: Server, broker: Broker, tmp_path: Path) -> AsyncIterator[World]:
    world = World(Site(server, tmp_path / "world", broker.bootstrap))
    await world.start(PROGRAMME)
    yield world
    await world.stop()
    broker.stop()


@pytest.mark.timeout(300)
async def test_nothing_acknowledged_is_lost_and_nothing_doubles(
    world: World, broker: Broker
) -> None:
    told, killer = Told(), Killer(world, broker)
    killing = asyncio.create_task(killer.work())
    names = (f"K{n}" for n in range(MEMBERS_MAX))

    async def till() -> None:
        now = datetime.now(UTC)
        frame = Frame(now - timedelta(days=380), now - timedelta(minutes=10))
        async with world.client("till") as client:
            patient = Patient(client, CLASSIC, told)
            while not killing.done() and (name := next(names, None)):
                await patient.play(name, now, frame)

    await asyncio.gather(*(till() for _ in range(TILLS)), killing)
    await world.ready()
    books = Books(world.suite.dsns)
    await Convergence(books, broker.bootstrap).reached()

    assert killer.kills >= KILLS
    assert told.asked_again > 0, "no request met a dead process"
    assert told.fulfilled, "nothing was redeemed"
    print(
        len(told.histories), "members,", len(told.fulfilled), "redeemed,", told.asked_again, "again"
    )
    assert await books.violations() == []
    assert differences(CLASSIC, told.histories, await books.shown()) == []
    assert await redeemed(books) == set(told.fulfilled.items())


async def redeemed(books: Books) -> set[tuple[str, str]]:
    sql = "SELECT member_id, redemption_id FROM redemption WHERE state = 'fulfilled'"
    return {(r["member_id"], r["redemption_id"]) for r in await books.ask("benefit-svc", sql)}
