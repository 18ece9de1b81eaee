"""One transaction: what it changed, what it says and that it was seen commit together, or not at
all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import asyncpg

from chassis import failpoints
from chassis.auth import Secrets
from chassis.driver import Driver, append, statement
from chassis.parts import Part, joined
from contracts.events.base import Event

if TYPE_CHECKING:
    from chassis.anchors import Anchors
    from chassis.client import Client


class Conflict(Exception):
    """A guarded write lost its race. The edge rolls back and runs the whole transaction again, a
    few times.
    """


class Unavailable(Exception):
    """No answer now. `outcome` is `none` (nothing changed) or `unknown` (ask again with the same
    key).
    """

    def __init__(self, why: str, outcome: str = "none") -> None:
        super().__init__(why)
        self.outcome = outcome


class Unpublished(Exception):
    """Nobody has published the service's settings yet; whoever needs them has to wait."""


@dataclass(frozen=True)
class Cause:
    """What started a transaction. `actor` is `key:<id>`, `job:<name>` or `bus:<topic>`.

    `traceparent` is the caller's W3C trace, carried on with what is said; empty where none came.
    `lost_races`: how often this very work ended in a Conflict before. Who keeps losing takes locks.
    """

    request_id: str
    actor: str
    lost_races: int = 0
    traceparent: str = ""


Demand = Callable[[int | None], None]
"""Raises where somebody means to edit another version than this one; None: there is nothing yet."""


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row that came back: a tuple of its values, each also by its column's name. In a loop over
    thousands, unpacking is faster than names.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def _asdict(self) -> dict[str, Any]:
        return dict(self.items())


class Tx:
    """What a handler may do: read and write by named statements, and say events. It cannot commit
    or publish.

    `now` is one instant for the whole transaction, in UTC. `secrets` are the installation's, by
    name.
    """

    def __init__(
        self,
        driver: Driver,
        now: datetime,
        cause: Cause,
        secrets: Secrets,
        count: Callable[[str], None],
    ) -> None:
        self.now = now
        self.cause = cause
        self.secrets = secrets
        self._driver = driver
        self._count = count
        self._events: list[Event] = []

    async def execute(self, name: str, sql: str, /, **params: Any) -> list[Row]:
        """Run one statement. `name` is its failpoint (`sql.<name>`) and what it is counted by. Rows
        come back in the statement's order, or [].
        """
        asked = statement(sql)
        rows: list[Row] = await self._driver.fetch(
            asked.sql, *asked.given(params), record_class=Row
        )
        self._count(name)
        await failpoints.reach(f"sql.{name}")
        return rows

    async def copy(
        self, name: str, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Append rows, inside this transaction: many by COPY."""
        await append(self._driver, table, columns, rows)
        self._count(name)
        await failpoints.reach(f"sql.{name}")

    async def together(self, name: str, parts: Sequence[Part], guards: int = 0) -> tuple[int, ...]:
        """Run a few writes as one statement, which is waited for once; answers how many rows each
        wrote. None of them sees what another writes; those that wait write nothing unless each of
        the first `guards` wrote a row.
        """
        whole = joined(parts, guards)
        (counts,) = await self.execute(name, whole.sql, **whole.params)
        return tuple(counts)

    def emit(self, *events: Event) -> None:
        """Say events when, and only when, this transaction commits. Order is kept per member."""
        self._events.extend(events)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is undone by an exception, events included; the transaction itself
        goes on. Who is cancelled asks nothing more of a database that may be silent: the whole
        transaction ends.
        """
        kept = len(self._events)
        await self._driver.execute("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            del self._events[kept:]
            if isinstance(error, Exception):
                await self._driver.execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
            raise
        await self._driver.execute("RELEASE SAVEPOINT part")

    @property
    def said(self) -> Sequence[Event]:
        """What has been said so far, in order."""
        return tuple(self._events)


class Begin(Protocol):
    """What a saga gets: short transactions of its own, the services it may call, the installation's
    secrets, the place outside the database. `service` is the one it belongs to.
    """

    secrets: Secrets
    service: str
    anchors: Anchors

    def __call__(self, cause: Cause) -> AbstractAsyncContextManager[Tx]:
        """A transaction that commits on leaving and rolls back on an exception."""

    def peer(self, service: str) -> Client:
        """The client of another service."""
