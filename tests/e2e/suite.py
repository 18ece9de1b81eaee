"""The four services in this process, over a real bus and a real PostgreSQL, with a movable clock.

They hear and say by themselves; jobs run when a test asks, so that nothing happens by chance.
"""

import importlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import httpx

from chassis.jobs import run_due
from chassis.process import Process
from chassis.service import Service
from chassis.settings import Settings
from chassis.testing.databases import Server
from chassis.testing.stage import MovableClock
from deploy.local import credentials
from deploy.local.gateway import service_of
from deploy.local.publish import publish_through
from deploy.local.services import SERVICES

Transport = Literal["local", "kafka"]
ROLES = "api,consume,relay"
WAIT_S = 30.0


class ByNoun(httpx.AsyncBaseTransport):
    """One address for all services, as the gateway gives it, without a socket."""

    def __init__(self, doors: Mapping[str, httpx.AsyncBaseTransport]) -> None:
        self._doors = doors

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._doors[service_of(request.url.path) or ""].handle_async_request(request)


@dataclass(frozen=True)
class Ground:
    """What a suite stands on."""

    server: Server
    folder: Path
    transport: Transport
    brokers: str = ""


def service(name: str) -> Service:
    found = importlib.import_module(f"{name.replace('-', '_')}.main").service
    assert isinstance(found, Service)
    return found


class Suite:
    """Start it, publish a programme, and ask it as a channel does."""

    def __init__(self, ground: Ground, at: datetime, roles: str = ROLES) -> None:
        self.ground = ground
        self.roles = roles
        self.clock = MovableClock(at)
        self.keys: dict[str, str] = {}
        self.processes: dict[str, Process] = {}
        self._doors: dict[str, httpx.AsyncBaseTransport] = {}
        self._closing = AsyncExitStack()

    async def start(self) -> None:
        """Every service with a fresh database of its own."""
        given = credentials.settle(self.ground.folder)
        self.keys = given.keys
        services = {each.name: service(each.name) for each in SERVICES}
        dsns = {n: await self.ground.server.fresh(s.migrations) for n, s in services.items()}
        for name, each in services.items():
            settings = Settings(
                env="development",
                database_url=dsns[name],
                bus=self.ground.transport,
                brokers=self.ground.brokers,
                authors=dsns,
                keys_file=given.keys_file,
                secrets_file=given.secrets_file,
                roles=self.roles,
                peers={peer: f"http://{peer}" for peer in self._doors},
                peer_key=given.keys.get(name, ""),
            )
            process = Process(each, settings, self.clock, dict(self._doors))
            self._doors[name] = httpx.ASGITransport(app=process.app, raise_app_exceptions=False)
            self.processes[name] = process
        for process in self.processes.values():
            await process.start()

    async def stop(self) -> None:
        await self._closing.aclose()
        for process in reversed(self.processes.values()):
            await process.stop()

    def at_stop(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have something closed before the services stop."""
        self._closing.push_async_callback(close)

    async def client(self, who: str) -> httpx.AsyncClient:
        """A caller with one of the installation's keys (`till`, `web`, `staff`, `ops` …)."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        return await self._closing.enter_async_context(
            httpx.AsyncClient(
                transport=ByNoun(self._doors),
                base_url="http://laurel",
                headers=headers,
                timeout=WAIT_S,
            )
        )

    async def publish(self, folder: Path) -> None:
        """Publish a programme's files through the API, as the runner does."""
        await publish_through(await self.client("ops"), folder)

    async def say_again(self) -> None:
        """Have every record delivered once more, to everybody."""
        for process in self.processes.values():
            assert process.relay
            await process.relay.republish()

    async def run_jobs(self) -> int:
        """Everything that is due by the clock, once; answers how much was done."""
        done = 0
        for process in self.processes.values():
            for job in process.service.jobs:
                done += await run_due(process.work, job)
        return done
