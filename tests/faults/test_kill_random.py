"""Nothing acknowledged is lost and nothing doubles, whatever dies whenever (I13).

Service processes, the gateway, the broker and PostgreSQL die at random moments under tills that ask
again until they know; then the books are compared with what was acknowledged.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

import deploy
from deploy.kafka import Broker
from tests.bus.wires import forget
from tests.faults.checker import Books, differences, strangers
from tests.faults.cluster import Cluster
from tests.faults.convergence import Convergence
from tests.faults.killer import BROKER, DATABASE, GATEWAY, Killer, Plan
from tests.faults.tills import Patient, Told
from tests.faults.world import Site, World
from tests.happenings import Must, happened
from tests.oracle.histories import Frame
from tests.oracle.programme import CLASSIC

PROGRAMME = Path(deploy.__file__).parent / "programmes" / "classic"
TILLS = 6
MEMBERS_MAX = 2_000
STEPS_EACH = 4
"""One member in so many asks for a step up."""

PLANS = [
    pytest.param(Plan("kill -9", 20, brokers=1, databases=2, gateways=2), id="20 kills"),
    pytest.param(
        Plan("kill -9, many", 100, brokers=6, databases=10, gateways=10),
        id="100 kills",
        marks=[pytest.mark.long, pytest.mark.timeout(1_800)],
    ),
]


@pytest_asyncio.fixture(loop_scope="session")
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path / "postgres")
    await cluster.start()
    yield cluster
    await cluster.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def world(cluster: Cluster, broker: Broker, tmp_path: Path) -> AsyncIterator[World]:
    await forget(broker)
    world = World(Site(cluster.server, tmp_path / "world", broker.bootstrap))
    await world.start(PROGRAMME)
    yield world
    await world.stop()


@pytest.mark.parametrize("plan", PLANS)
async def test_nothing_acknowledged_is_lost_and_nothing_doubles(
    world: World, cluster: Cluster, broker: Broker, plan: Plan
) -> None:
    told, killer = Told(), Killer(world, cluster, broker, plan)
    numbers = iter(range(MEMBERS_MAX))

    async def till() -> None:
        now = datetime.now(UTC)
        frame = Frame(now - timedelta(days=380), now - timedelta(minutes=10))
        async with world.client("till") as client:
            patient = Patient(client, CLASSIC, told)
            while not killer.is_done and (number := next(numbers, None)) is not None:
                member_id = await patient.play(f"K{number}", now, frame)
                if number % STEPS_EACH == 0:
                    await patient.try_step(f"K{number}", member_id)

    async with asyncio.TaskGroup() as group:
        group.create_task(killer.work())
        for _ in range(TILLS):
            group.create_task(till())
    books = Books(world.suite.dsns)
    await Convergence(books, broker.bootstrap).reached()

    print(
        *(len(told.histories), "members,", len(told.fulfilled), "redeemed,", len(told.stepped)),
        *("stepped up,", told.asked_again, "asked again,", told.replayed, "answered from"),
        *("the store; died:", dict(killer.died)),
    )
    assert killer.kills == plan.kills
    victims = (plan.brokers, plan.databases, plan.gateways)
    assert tuple(killer.died[name] for name in (BROKER, DATABASE, GATEWAY)) == victims
    assert told.asked_again > 0, "no request met a dead process"
    assert told.fulfilled, "nothing was redeemed"
    happened(Must.REPLAYED, told.replayed)
    assert await books.violations() == []
    shown = await books.shown()
    assert differences(CLASSIC, told.histories, shown) == []
    assert strangers(told.histories | told.stepped, shown) == []
    assert await redeemed(books) == set(told.fulfilled.items())


async def redeemed(books: Books) -> set[tuple[str, str]]:
    sql = "SELECT member_id, redemption_id FROM redemption WHERE state = 'fulfilled'"
    return {(r["member_id"], r["redemption_id"]) for r in await books.ask("benefit-svc", sql)}
