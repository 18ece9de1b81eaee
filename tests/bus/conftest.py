"""Every test of the contract gets empty databases, and runs on each transport."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from chassis import failpoints
from chassis.auth import Secrets
from chassis.clock import system_clock
from chassis.database import Database
from chassis.testing.databases import Server
from chassis.testing.stage import SECRETS
from tests.bus.house import House
from tests.bus.wires import KafkaWire, LocalWire, Wire

MIGRATIONS = Path(__file__).parent / "migrations"
EMPTY = r"""
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
    EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') || ' RESTART IDENTITY'
        FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%\_version'
    );
END $$
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dsns(server: Server) -> dict[str, str]:
    """Two databases for all tests of the contract: one that says, one that hears."""
    return {name: await server.fresh(MIGRATIONS) for name in ("author", "hearer")}


@pytest_asyncio.fixture(loop_scope="session")
async def author(dsns: dict[str, str]) -> AsyncIterator[Database]:
    """An empty database that says."""
    async with emptied(dsns["author"]) as database:
        yield database


@pytest_asyncio.fixture(loop_scope="session")
async def hearer(dsns: dict[str, str]) -> AsyncIterator[Database]:
    """An empty database that hears."""
    async with emptied(dsns["hearer"]) as database:
        yield database


@asynccontextmanager
async def emptied(dsn: str) -> AsyncIterator[Database]:
    """As it was after its migrations, settings too."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(EMPTY)
    await connection.close()
    database = Database(dsn, system_clock, Secrets(SECRETS))
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
