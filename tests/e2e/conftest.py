"""Suites to run stories on, over both transports."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import structlog

from chassis.testing.databases import Server
from deploy.kafka import Broker
from tests.bus.wires import forget
from tests.e2e.redeeming import Shops
from tests.e2e.running import Run
from tests.e2e.stepping import Counter
from tests.e2e.suite import Ground, Transport


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """One line per request would be most of what a test run does."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


@pytest_asyncio.fixture(scope="module", params=["local", "kafka"], loop_scope="session")
async def ground(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    """Where a suite may stand: local first, then Kafka."""
    transport: Transport = request.param
    brokers = await emptied(request.getfixturevalue("broker")) if transport == "kafka" else ""
    folder = tmp_path_factory.mktemp(f"suite-{transport}")
    yield Ground(server, folder, transport, brokers)
    shutil.rmtree(folder, ignore_errors=True)


async def emptied(broker: Broker) -> str:
    """The address of the broker, without anything that an earlier suite said."""
    await forget(broker)
    return broker.bootstrap


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened_counter(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Counter]:
    """tier-svc and points-svc, for one module."""
    async with Counter.open(server, tmp_path_factory.mktemp("counter")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened_shops(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Shops]:
    """benefit-svc and points-svc, for one module."""
    async with Shops.open(server, tmp_path_factory.mktemp("shops")) as opened:
        yield opened


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """`make run` without a demo, up for everybody who only looks or shops."""
    running = Run(tmp_path_factory.mktemp("runner") / "var")
    running.bring_up()
    yield running
    running.clear()
