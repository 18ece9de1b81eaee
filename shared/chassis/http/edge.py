"""What the HTTP edge knows of its process, and the one transaction of a request."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.requests import Request

from chassis.auth import Caller, Keys, Secrets
from chassis.client import Client
from chassis.database import Database, Patience
from chassis.http.problems import Forbidden, Unauthenticated
from chassis.tx import Cause, Tx, Unavailable

BEGIN_MAX_S = 2.0
"""Less than a request has, so that who finds no connection learns that surely nothing happened."""

TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True)
class Edge:
    """One process's doors: its database, the keys that open them, a request's time."""

    service: str
    database: Database
    keys: Keys
    secrets: Secrets
    peers: Mapping[str, Client]
    request_s: float


class Unit:
    """A request's transaction: begun when the route first asks for it, committed when the answer
    stands.
    """

    def __init__(self, database: Database, cause: Cause, patience: Patience) -> None:
        self._database = database
        self._cause = cause
        self._patience = patience
        self._stack = AsyncExitStack()
        self._tx: Tx | None = None

    async def tx(self) -> Tx:
        """The transaction, begun by the first call. Raises Unavailable, with nothing done, where
        that takes longer than anybody should wait.
        """
        if self._tx is None:
            try:
                async with asyncio.timeout(BEGIN_MAX_S):
                    self._tx = await self._stack.enter_async_context(
                        self._database.begin(self._cause, self._patience)
                    )
            except TimeoutError:
                raise Unavailable("no connection") from None
        return self._tx

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Unit"]:
        """Commit on leaving, roll back on an exception."""
        async with self._stack:
            yield self


def edge_of(request: Request) -> Edge:
    """The edge that this request came through."""
    edge: Edge = request.app.state.edge
    return edge


def cause_of(request: Request) -> Cause:
    """What a transaction of this request is started by."""
    caller: Caller = request.state.caller
    trace = request.headers.get("traceparent", "")
    return Cause(
        request_id=request.state.request_id,
        actor=f"key:{caller.key_id}",
        traceparent=trace if TRACEPARENT.fullmatch(trace) else "",
    )


def admit(request: Request, scope: str) -> Caller:
    """Who calls, if their key has the route's scope. Refusals: Unauthenticated, Forbidden."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    caller = edge_of(request).keys.caller(key.strip()) if kind.lower() == "bearer" else None
    if caller is None:
        raise Unauthenticated
    if scope not in caller.scopes:
        raise Forbidden
    return caller
