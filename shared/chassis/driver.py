"""How a transaction speaks to PostgreSQL's driver: statements with named parameters, instants as
whole microseconds, and nothing left open.

The driver is used as it is: what a layer over it does for each statement costs more than most of
our statements do.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import asyncpg

Driver: TypeAlias = asyncpg.Connection

STATEMENTS_MAX = 1_000
FEW_MAX = 4
"""Rows up to which an INSERT is cheaper than a COPY, which is waited for twice."""
ROLLBACK_MAX_S = 0.5
UNSAID = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""How a connection fails to say that its transaction is undone. The driver calls it internal while
the server is just taking leave.
"""
PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""PostgreSQL counts from here."""
A_SECOND, A_MICROSECOND = 1_000_000, timedelta(microseconds=1)


class Statement(NamedTuple):
    """As PostgreSQL wants it, `$1` for the first of `names`."""

    sql: str
    names: tuple[str, ...]

    def given(self, params: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order; lists as columns."""
        given = [params[name] for name in self.names]
        return [Column(one) if type(one) is list else one for one in given]


class Column:
    """The values of an array of one dimension, which the driver goes through twice: to see how deep
    it is, and to write it. For the first it asks each value whether it is a container, which takes
    longer than all else; so who has just asked for the length sees one value alone.

    A driver that went through it once would write fewer values than it announces, and be refused.
    """

    __slots__ = ("_is_looked_at", "_values")

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self._is_looked_at = False

    def __len__(self) -> int:
        self._is_looked_at = True
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        seen, self._is_looked_at = self._is_looked_at, False
        return iter(self._values[:1] if seen else self._values)


@lru_cache(maxsize=STATEMENTS_MAX)
def statement(sql: str) -> Statement:
    """A statement whose parameters are written `:name`."""
    places: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        return f"${places.setdefault(found[1], len(places) + 1)}"

    return Statement(PARAMETER.sub(numbered, sql), tuple(places))


async def append(
    driver: Driver, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Append rows to a table in the transaction: few by INSERT, many by COPY."""
    if len(rows) > FEW_MAX:
        await driver.copy_records_to_table(table, records=rows, columns=list(columns))
    elif rows:
        values = [value for row in rows for value in row]
        await driver.fetch(_insertion(table, tuple(columns), len(rows)), *values)


@lru_cache(maxsize=STATEMENTS_MAX)
def _insertion(table: str, columns: tuple[str, ...], rows: int) -> str:
    width = len(columns)
    places = [
        ", ".join(f"${row * width + place}" for place in range(1, width + 1)) for row in range(rows)
    ]
    values = ", ".join(f"({one})" for one in places)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}"  # noqa: S608 — names of our own


async def speak_microseconds(driver: Driver) -> None:
    """Hand over instants as what PostgreSQL keeps: half of what the driver's own way takes."""
    await driver.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=_told, decoder=_heard, format="tuple"
    )


def _told(at: datetime) -> tuple[int]:
    return ((at - EPOCH) // A_MICROSECOND,)


def _heard(told: tuple[int]) -> datetime:
    seconds, microseconds = divmod(told[0], A_SECOND)
    return EPOCH + timedelta(0, seconds, microseconds)


@asynccontextmanager
async def rolled_back_on_error(driver: Driver) -> AsyncIterator[None]:
    """Whatever ends the block by an exception, its transaction has not happened. A connection that
    does not say so in time is ended.
    """
    try:
        yield
    except BaseException:
        await _roll_back(driver)
        raise


async def _roll_back(driver: Driver) -> None:
    is_over = False
    try:
        with suppress(*UNSAID):
            async with asyncio.timeout(ROLLBACK_MAX_S):
                await driver.execute("ROLLBACK")
                is_over = True
    finally:
        if not is_over:
            driver.terminate()
