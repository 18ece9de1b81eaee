"""Connections that ended are not handed out, and only those that lay are asked."""

from contextlib import AsyncExitStack

import asyncpg
import pytest

from chassis import database
from chassis.testing.eventually import eventually
from chassis.tx import Conflict, Unavailable

PIDS = "SELECT pg_backend_pid() AS pid"
END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

LOOK = "SELECT * FROM shelf"


async def pid_of(stage):
    (row,) = await stage.rows(PIDS)
    return row.pid


async def end_all(stage):
    other = await asyncpg.connect(stage.database.dsn)
    await other.execute(END)
    await other.close()


async def test_a_connection_whose_end_was_noticed_is_replaced(stage):
    before = await pid_of(stage)
    await end_all(stage)

    async def answers():
        try:
            return await pid_of(stage) != before
        except Unavailable:
            return False

    await eventually(answers, what="another connection")
    assert await answers()


async def test_a_connection_that_lay_is_asked_before_it_is_handed_out(stage, monkeypatch):
    monkeypatch.setattr(database, "IDLE_MAX_S", -1.0)
    before = await pid_of(stage)
    assert await pid_of(stage) == before
    await end_all(stage)
    assert await pid_of(stage) != before


@pytest.mark.parametrize("times", [1, 3])
async def test_a_connection_that_is_in_use_is_not_asked(stage, times):
    first = await pid_of(stage)
    assert [await pid_of(stage) for _ in range(times)] == [first] * times


async def test_a_table_that_changed_is_one_lost_race_and_not_one_a_connection(stage):
    async with stage.begin() as tx:
        await tx.execute("build", "CREATE TABLE shelf (jars int)")
    async with AsyncExitStack() as all_at_once:
        for _ in range(3):
            tx = await all_at_once.enter_async_context(stage.begin())
            await tx.execute("look", LOOK)
    async with stage.begin() as tx:
        await tx.execute("widen", "ALTER TABLE shelf ALTER COLUMN jars TYPE bigint")
    with pytest.raises(Conflict):
        await stage.rows(LOOK)
    assert [await stage.rows(LOOK) for _ in range(3)] == [[]] * 3
