"""The way to PostgreSQL: one engine a process, transactions by `begin`, and what the database's own
refusals mean.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from prometheus_client import Counter
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import greenlet_spawn

from chassis import failpoints, metrics
from chassis.auth import Secrets
from chassis.bus import outbox
from chassis.clock import Clock
from chassis.driver import Driver, rolled_back_on_error, speak_microseconds
from chassis.tx import Cause, Conflict, Tx, Unavailable
from contracts.events.base import Event

failpoints.register("tx.after_begin", "tx.before_commit", "tx.after_commit")

POOL_WAIT_S = 5.0
IDLE_MAX_S = 2.0
"""A connection that lay longer is asked whether it still lives before it is used again."""
RACE_LOST = frozenset({"40001", "40P01"})
OUT_OF_PATIENCE = frozenset({"55P03", "57014"})
DATABASE_ERRORS = (DBAPIError, PoolTimeout, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
GONE = ("08", "57P", "53")

FROZEN_MS = 15_000
"""A process that is frozen in a transaction loses its locks after this; longer than a relay sends.
"""

SESSION = {"jit": "off", "idle_in_transaction_session_timeout": str(FROZEN_MS)}

STATEMENTS_KEPT = 500
"""Prepared statements that a connection keeps, for as long as it lives."""


@dataclass(frozen=True)
class Patience:
    """How long a transaction's statements and locks may take, in milliseconds."""

    statement_ms: int
    lock_ms: int

    @property
    def begin(self) -> str:
        """Begins a transaction that is so patient, in one round trip."""
        return (
            f"BEGIN; SET LOCAL statement_timeout = {self.statement_ms};"
            f" SET LOCAL lock_timeout = {self.lock_ms}"
        )


REQUEST = Patience(statement_ms=1_000, lock_ms=500)
BATCH = Patience(statement_ms=30_000, lock_ms=5_000)


def async_url(dsn: str) -> URL:
    """The DSN as SQLAlchemy's asyncpg dialect wants it; `?host=/socket/dir` is kept."""
    return make_url(dsn).set(drivername="postgresql+asyncpg")


def engine(dsn: str, pool_size: int) -> AsyncEngine:
    """An engine whose pool never grows beyond `pool_size` and whose waiters give up after a few
    seconds.
    """
    made = create_async_engine(
        async_url(dsn),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=POOL_WAIT_S,
        connect_args={
            "prepared_statement_cache_size": STATEMENTS_KEPT,
            "statement_cache_size": STATEMENTS_KEPT,
            "max_cached_statement_lifetime": 0,
            "server_settings": SESSION,
        },
    )
    _ask_who_lay(made)
    event.listen(made.sync_engine, "connect", _speak)
    return made


def _speak(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.run_async(speak_microseconds)


def _ask_who_lay(made: AsyncEngine) -> None:
    """Hand out no connection whose end was noticed, or that lay for a while and does not answer:
    the pool makes new ones then. Asking each time would be three round trips a transaction.
    """

    def laid_down(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info["used_at"] = time.monotonic()

    def taken_up(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        driver: asyncpg.Connection[Any] | None = entry.driver_connection
        now = time.monotonic()
        if driver is None or driver.is_closed():
            raise InvalidatePoolError("the connection has ended")
        if now - entry.info.get("used_at", now) > IDLE_MAX_S:
            try:
                made.dialect.do_ping(connection)
            except (AsyncAdapt_asyncpg_dbapi.Error, OSError) as error:
                raise InvalidatePoolError("the connection does not answer") from error

    event.listen(made.sync_engine, "checkin", laid_down)
    event.listen(made.sync_engine, "checkout", taken_up)


def meaning(error: BaseException) -> Exception | None:
    """What a database error means to a caller: a lost race, no answer now, or (None) a fault of
    ours.

    Who waits too long may have waited for a command of the same name that goes on to take effect,
    so the outcome is unknown then.
    """
    state = (
        getattr(error, "sqlstate", None)
        or getattr(getattr(error, "orig", None), "sqlstate", None)
        or ""
    )
    if state in RACE_LOST or isinstance(error, asyncpg.InvalidCachedStatementError):
        return Conflict(state)
    if state in OUT_OF_PATIENCE:
        return Unavailable(state, outcome="unknown")
    if state.startswith(GONE):
        return Unavailable(state)
    if isinstance(error, (InterfaceError, PoolTimeout, OSError, asyncpg.InterfaceError)):
        return Unavailable(type(error).__name__)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable(type(error).__name__)
    return None


class Database:
    """One service's database. `begin` is the only way to a transaction; leaving it commits, an
    exception rolls back.
    """

    def __init__(
        self, dsn: str, clock: Clock, secrets: Secrets, pool_size: int = 8, service: str = ""
    ) -> None:
        self.service = service
        self.dsn = dsn
        self.clock = clock
        self.secrets = secrets
        self.engine = engine(dsn, pool_size)
        self.on_said: list[Callable[[], None]] = []
        self._counters: dict[str, Counter] = {}

    @asynccontextmanager
    async def begin(self, cause: Cause, patience: Patience = BATCH) -> AsyncIterator[Tx]:
        """A transaction that has really begun, so that even a first COPY is inside it."""
        said: Sequence[Event] = ()
        try:
            async with self._connected() as driver, rolled_back_on_error(driver):
                tx = await self._open(driver, cause, patience)
                yield tx
                said = tx.said
                if said:
                    await outbox.write(tx, said)
                await failpoints.reach("tx.before_commit")
                await self._commit(driver)
        except DATABASE_ERRORS as error:
            if isinstance(error, asyncpg.InvalidCachedStatementError):
                await self.engine.dispose()
            known = meaning(error)
            if known is None:
                raise
            raise known from error
        await failpoints.reach("tx.after_commit")
        for notify in self.on_said if said else ():
            notify()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Driver]:
        """A connection of the pool, as the driver knows it. An engine's own would cost twice that,
        for what we do not use. To give it back waits for nothing: it has no transaction by then.
        """
        pooled = await greenlet_spawn(self.engine.sync_engine.pool.connect)
        try:
            yield pooled.driver_connection
        finally:
            await greenlet_spawn(pooled.close)

    async def _open(self, driver: Driver, cause: Cause, patience: Patience) -> Tx:
        await driver.execute(patience.begin)
        await failpoints.reach("tx.after_begin")
        return Tx(driver, self.clock(), cause, self.secrets, self._count)

    def _count(self, statement: str) -> None:
        counter = self._counters.get(statement)
        if counter is None:
            counter = self._counters[statement] = metrics.STATEMENTS.labels(self.service, statement)
        counter.inc()

    @staticmethod
    async def _commit(driver: Driver) -> None:
        try:
            done = await driver.execute("COMMIT")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable("commit", outcome="unknown") from error
        if done != "COMMIT":
            raise Unavailable("a statement of it had failed")

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()
