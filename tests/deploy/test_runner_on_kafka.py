"""`BUS=kafka make run`: every service and role in a process of its own, over a real broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.services import NAMES, ROLES
from tests.e2e.running import Run
from tests.e2e.shopper import buy, client, sees


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    running = Run(tmp_path / "var", BUS="kafka")
    yield running
    running.clear()


async def test_every_role_lives_alone_and_the_main_job_works_over_a_real_broker(run: Run) -> None:
    told = run.bring_up()
    names = {each["name"] for each in told["processes"]}
    assert names == {f"{service}.{role}" for service in NAMES for role in ROLES} | {"gateway"}
    async with client(told) as till:
        member_id = await buy(till, "6200001")
        await sees(till, member_id, 1_100)
    assert run.stop() < 10
    assert run.left() == []
    assert "was begun with BUS=kafka" in run.refused(BUS="local")
