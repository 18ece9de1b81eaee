"""One service on a stage: its own fresh database, a clock that tests move, real keys at its real
doors.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
from fastapi.routing import APIRoute

from chassis.auth import key_hash
from chassis.bus.codec import Codec
from chassis.bus.message import Record, unpack
from chassis.clock import Clock
from chassis.consumer.dispatch import dispatch
from chassis.http.read import TERMS
from chassis.http.route import Router
from chassis.jobs import run_due
from chassis.process import Process, Transports
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.conforming import Conforming
from chassis.tx import Cause, Tx
from contracts.events.base import Event

SECRETS = {
    name: bytes([n]) * 32
    for n, name in enumerate(("key_pepper", "kek", "blind_index", "voucher", "cursor"), 1)
}
START = datetime(2026, 3, 1, tzinfo=UTC)


class MovableClock:
    """A clock that stands until a test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The moment it stands at."""
        return self.at


def scopes_of(routers: Sequence[Router]) -> frozenset[str]:
    """Every scope that a route of these demands."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return frozenset((route.openapi_extra or {})[TERMS]["scope"] for route in routes) | {"ops"}


class Stage:
    """A service whose api runs in this process; what its roles would do a test does by hand."""

    def __init__(
        self,
        service: Service,
        dsn: str,
        folder: Path,
        now: Clock | None = None,
        transports: Transports | None = None,
    ) -> None:
        self.service = service
        self.clock = now or MovableClock()
        self._keys_file = folder / "keys.json"
        self._keys: dict[str, tuple[str, frozenset[str]]] = {}
        self._write_keys()
        secrets_file = folder / "secrets.json"
        secrets_file.write_bytes(msgspec.json.encode(SECRETS))
        settings = Settings(
            env="development",
            database_url=dsn,
            bus="local",
            keys_file=self._keys_file,
            secrets_file=secrets_file,
            anchors_dir=folder / "anchors",
            roles="api",
            pool_size=16,
            request_s=30,
            peers={name: f"http://{name}" for name in transports or {}},
            peer_key="test-peer-key-of-the-stage",
        )
        self.process = Process(service, settings, self.clock, transports)
        self.database = self.process.database
        self.app = self.process.app
        self.conforming = Conforming(self.app.openapi())

    def at(self, moment: datetime) -> None:
        """Move the clock."""
        assert isinstance(self.clock, MovableClock)
        self.clock.at = moment

    def begin(self, actor: str = "test") -> AbstractAsyncContextManager[Tx]:
        """A transaction, as the edge would begin it."""
        return self.database.begin(Cause(request_id="test", actor=actor))

    async def deliver(self, *events: Event) -> None:
        """Hear events as one batch of the consumer does."""
        async with self.begin("bus:test") as tx:
            await dispatch(tx, self.service.subscriptions, events)

    async def run_job(self, name: str) -> int:
        """Run one job until nothing is due; answers how much it did."""
        (job,) = [job for job in self.process.jobs.jobs if job.name == name]
        return await run_due(self.process.work, job)

    async def said(self) -> list[Event]:
        """Everything this service has said, in order."""
        rows = await self.rows("SELECT records FROM outbox ORDER BY id")
        messages = [message for row in rows for message in unpack(row.records)]
        codec = Codec()
        return [codec.decode(Record(0, m.key.encode(), m.headers, m.body)) for m in messages]

    async def rows(self, sql: str, **params: Any) -> list[Any]:
        """Look into the tables."""
        async with self.begin("look") as tx:
            return await tx.execute("look", sql, **params)

    async def counts(self) -> dict[str, int]:
        """Rows per table, for tests that nothing was left behind."""
        tables = await self.rows(
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
        return {
            t.name: (await self.rows(f'SELECT count(*) AS n FROM "{t.name}"'))[0].n for t in tables
        }

    def key(self, *scopes: str, source: str = "till") -> str:
        """A key of `source`, with all scopes of the service where none are named."""
        chosen = frozenset(scopes) or scopes_of(self.service.routers)
        key = f"lk_test_{source}_{len(self._keys):04d}_{'x' * 32}"
        for known, (of, has) in self._keys.items():
            if of == source and has == chosen:
                return known
        self._keys[key] = (source, chosen)
        self._write_keys()
        return key

    def _write_keys(self) -> None:
        rows = [
            {
                "id": f"{source}{n}",
                "hash": key_hash(SECRETS["key_pepper"], key),
                "source": source,
                "scopes": sorted(has),
            }
            for n, (key, (source, has)) in enumerate(self._keys.items())
        ]
        self._keys_file.write_bytes(msgspec.json.encode({"keys": rows}))

    @asynccontextmanager
    async def client(self, *scopes: str, source: str = "till") -> AsyncIterator[httpx.AsyncClient]:
        """A caller at the service's doors, over ASGI. Every answer has to be as described."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {self.key(*scopes, source=source)}"}
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://stage",
            headers=headers,
            event_hooks={"response": [self.conforming.check]},
        ) as caller:
            yield caller
