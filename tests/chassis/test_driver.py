"""What a transaction tells PostgreSQL's driver, and what it leaves behind."""

import asyncio
import os
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from signal import SIGCONT, SIGSTOP
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from chassis.driver import FEW_MAX, UNSAID, rolled_back_on_error, statement
from chassis.tx import Unavailable

LOCK = "SELECT pg_advisory_xact_lock(7)"
JAR = "INSERT INTO jar (name, beans) VALUES (:name, 1)"
ROUND_TRIP = "SELECT CAST(:at AS timestamptz) AS at"
LET_GO_MAX_S = 20.0
OPEN = "SELECT count(*) AS n FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 3, 29, 12, 30, 0, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
    ids=["the first year", "before the count begins", "another zone", "the last microsecond"],
)
async def test_an_instant_comes_back_as_it_went(stage, at):
    (row,) = await stage.rows(ROUND_TRIP, at=at)
    assert row.at == at
    assert row.at.tzinfo is UTC


async def test_an_instant_without_a_zone_is_refused(stage):
    with pytest.raises(asyncpg.DataError):
        await stage.rows(ROUND_TRIP, at=datetime(2026, 1, 1))


def test_a_parameter_has_one_place_however_often_it_is_named():
    asked = statement("SELECT :a, CAST(:b AS text[])[1:2], x::text, :a WHERE t = '10:30'")
    assert asked.sql == "SELECT $1, CAST($2 AS text[])[1:2], x::text, $1 WHERE t = '10:30'"
    assert asked.given({"b": 2, "a": 1, "c": 3}) == [1, 2]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", []),
        ("bigint", [None]),
        ("bigint", [None, 0, -1, 2**63 - 1]),
        ("text", ["", "NULL", "{}", None, "a,b"]),
        ("bytea", [b"", b"\0", None]),
        ("timestamptz", [None, datetime(2026, 1, 1, tzinfo=UTC)]),
        ("bigint", [[1, 2], [3, 4]]),
    ],
    ids=["none", "nothing", "numbers", "texts", "bytes", "instants", "of two dimensions"],
)
async def test_every_value_of_an_array_arrives_each_time(stage, kind, values):
    asked = f"SELECT CAST(:values AS {kind}[]) AS found"
    for _ in range(2):
        (row,) = await stage.rows(asked, values=values)
        assert row.found == values


async def test_an_array_with_a_value_of_another_kind_is_refused_and_the_next_one_is_not(stage):
    asked = "SELECT CAST(:values AS bigint[]) AS found"
    with pytest.raises(asyncpg.DataError):
        await stage.rows(asked, values=[1, "two", 3])
    (row,) = await stage.rows(asked, values=[1, 2, 3])
    assert row.found == [1, 2, 3]


@pytest.mark.parametrize("rows", [0, 1, FEW_MAX, FEW_MAX + 1])
async def test_few_rows_and_many_are_appended_alike(stage, rows):
    wanted = [(f"{rows}-{n}", n) for n in range(rows)]
    async with stage.begin() as tx:
        await tx.copy("append_jars", "jar", ("name", "beans"), wanted)
    found = await stage.rows(
        "SELECT name, beans FROM jar WHERE name LIKE :like ORDER BY 1", like=f"{rows}-%"
    )
    assert [tuple(row) for row in found] == wanted


async def test_who_is_cancelled_in_a_statement_leaves_no_transaction_open(stage):
    async with stage.begin() as holder:
        await holder.execute("lock", LOCK)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), stage.begin() as waits:
                await waits.execute("fill", JAR, name="cancelled")
                await waits.execute("lock", LOCK)
    assert not await stage.rows("SELECT 1 FROM jar WHERE name = 'cancelled'")
    assert [row.n for row in await stage.rows(OPEN)] == [0]


@contextmanager
def silenced(backend):
    os.kill(backend, SIGSTOP)
    try:
        yield
    finally:
        os.kill(backend, SIGCONT)


async def begin_and_hear_nothing(stage, silence):
    async with stage.begin() as waits, waits.savepoint():
        (row,) = await waits.execute("name", "SELECT pg_backend_pid() AS pid")
        silence.enter_context(silenced(row.pid))
        await waits.execute("fill", JAR, name="silence")


async def test_who_is_cancelled_while_the_database_is_silent_is_let_go_and_the_next_is_answered(
    stage,
):
    with ExitStack() as silence:
        async with asyncio.timeout(LET_GO_MAX_S):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(begin_and_hear_nothing(stage, silence), 0.2)
            assert await stage.rows("SELECT 1 AS one")
    assert not await stage.rows("SELECT 1 FROM jar WHERE name = 'silence'")


class Leaving:
    """A connection whose server is just taking leave of it."""

    def __init__(self, farewell: type[Exception]) -> None:
        self.farewell = farewell
        self.is_ended = False

    async def execute(self, sql: str) -> None:
        raise self.farewell(sql)

    def terminate(self) -> None:
        self.is_ended = True


@pytest.mark.parametrize("farewell", UNSAID, ids=lambda one: one.__name__)
async def test_a_connection_that_cannot_roll_back_is_ended_and_hides_nothing(farewell):
    driver = Leaving(farewell)
    with pytest.raises(asyncio.CancelledError):
        async with rolled_back_on_error(driver):
            raise asyncio.CancelledError
    assert driver.is_ended


async def test_what_a_failed_statement_has_undone_is_never_taken_for_committed(stage):
    with pytest.raises(Unavailable):
        async with stage.begin() as tx:
            await tx.execute("fill", JAR, name="undone")
            with suppress(asyncpg.PostgresError):
                await tx.execute("fail", "SELECT 1 / 0")
    assert not await stage.rows("SELECT 1 FROM jar WHERE name = 'undone'")
