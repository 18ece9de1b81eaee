"""Fixtures for every suite. A service's conftest names its `service`; a module gets a fresh
database and doors.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import structlog

from chassis.database import Database
from chassis.service import Service
from chassis.testing.databases import Server
from chassis.testing.stage import Stage

# structlog's own choice draws every local of a traceback, which takes longer than the test.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(postgres_dsn: str) -> AsyncIterator[Server]:
    """The session's server, with fresh databases for the asking."""
    server = Server(postgres_dsn)
    yield server
    if "LAUREL_TEST_DATABASE_URL" in os.environ:  # an embedded one goes as a whole
        await server.drop_all()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(
    service: Service, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """The module's service on a stage of its own."""
    folder: Path = tmp_path_factory.mktemp("stage")
    stage = Stage(service, await server.fresh(service.migrations), folder)
    yield stage
    await stage.process.stop()


@pytest.fixture(scope="module")
def database(stage: Stage) -> Database:
    """The stage's database."""
    return stage.database


@pytest_asyncio.fixture(loop_scope="session")
async def api(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """A caller with every scope of the service."""
    async with stage.client() as caller:
        yield caller
