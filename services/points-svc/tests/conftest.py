"""The service on a stage, with `classic` published."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis.service import Service
from chassis.testing.stage import Stage
from points_svc.main import service as points_svc
from points_testing.desk import START, Desk


@pytest.fixture(scope="session")
def service() -> Service:
    return points_svc


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await desk.publish()
        yield desk


@pytest.fixture
def desk(opened: Desk) -> Desk:
    """The module's desk, its clock back at the start."""
    opened.at(START)
    return opened
