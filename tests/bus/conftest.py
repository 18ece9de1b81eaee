"""Every test of the contract gets fresh databases, and runs on each transport."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from chassis import failpoints
from chassis.auth import Secrets
from chassis.clock import system_clock
from chassis.database import Database
from chassis.testing.databases import Server
from chassis.testing.stage import SECRETS
from deploy.kafka import Broker
from tests.bus.house import House
from tests.bus.wires import KafkaWire, LocalWire, Wire

MIGRATIONS = Path(__file__).parent / "migrations"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker of this session (tests/suites.py deselects where none can run)."""
    broker = Broker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def author(server: Server) -> AsyncIterator[Database]:
    """A fresh database that says."""
    database = Database(await server.fresh(MIGRATIONS), system_clock, Secrets(SECRETS))
    yield database
    await database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def hearer(server: Server) -> AsyncIterator[Database]:
    """A fresh database that hears."""
    database = Database(await server.fresh(MIGRATIONS), system_clock, Secrets(SECRETS))
    yield database
    await database.close()


@pytest_asyncio.fixture(loop_scope="session", params=["local", "kafka"])
async def wire(request: pytest.FixtureRequest, author: Database) -> AsyncIterator[Wire]:
    """Each transport in turn."""
    if request.param == "local":
        yield LocalWire(author)
        return
    kafka = KafkaWire(request.getfixturevalue("broker"))
    await kafka.forget()
    yield kafka


@pytest.fixture
def house(wire: Wire, author: Database, hearer: Database) -> Iterator[House]:
    """Both ends of the wire; no failpoint outlives its test."""
    yield House(wire, author, hearer)
    failpoints.arm("")
