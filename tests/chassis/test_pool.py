"""Connections that ended are not handed out, and only those that lay are asked."""

import asyncpg
import pytest

from chassis import database
from chassis.testing.eventually import eventually
from chassis.tx import Unavailable

PIDS = "SELECT pg_backend_pid() AS pid"
END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


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
