"""Fixtures that every suite may use."""

import os
from collections.abc import Iterator

import pytest

from deploy.kafka import Broker
from deploy.local import postgres

pytest_plugins = ["chassis.testing.fixtures", "tests.suites"]


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The DSN of a PostgreSQL: LAUREL_TEST_DATABASE_URL, else an embedded one of this session."""
    given = os.environ.get("LAUREL_TEST_DATABASE_URL")
    if given:
        yield given
        return
    running = postgres.start(tmp_path_factory.mktemp("postgres") / "data")
    yield running.dsn()
    running.stop()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker of this session (tests/suites.py deselects where none can run).

    Whoever kills or wipes it starts it again.
    """
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    broker.start()
    yield broker
    broker.stop()
