"""Brings the suite up in order, keeps it up, and takes it down again."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

from deploy.kafka import Broker, KafkaUnavailable
from deploy.local import credentials, databases, postgres, suite
from deploy.local.installation import Installation, Refused, write_private
from deploy.local.memory import Peak
from deploy.local.publish import publish
from deploy.local.ready import all_ready
from deploy.local.services import SERVICES
from deploy.local.settings import RunnerSettings
from deploy.local.suite import Suite
from deploy.local.supervisor import Supervisor
from deploy.local.topics import ensure_topics

DATABASE_STOP_MAX_S = 5


class Runner:
    """One run of one installation."""

    def __init__(self, settings: RunnerSettings, installation: Installation) -> None:
        self._settings = settings
        self._installation = installation
        self._supervisor = Supervisor(on_change=self._tell)
        self._began = time.monotonic()
        self._suite: Suite | None = None
        self._is_up = False
        self._database: asyncio.Task[postgres.Server] | None = None
        self._broker: asyncio.Task[Broker] | None = None

    async def bring_up(self) -> None:
        """Start everything and return when the public address serves the published programme."""
        self._installation.run_file.unlink(missing_ok=True)
        if not suite.is_free(self._settings.port):
            raise Refused(f"Port {self._settings.port} is in use; set PORT to another.")
        self._suite = await self._make_suite()
        kept = [self._supervisor.keep(program) for program in self._suite.services()]
        await all_ready(kept)
        self._say(f"{len(kept)} service processes are ready")
        await all_ready([self._supervisor.keep(self._suite.gateway())])
        folder = self._settings.programme_folder
        await publish(folder, self._suite.base_url, self._suite.credentials.keys["ops"])
        self._say(f"the programme '{folder.name}' is published")
        self._is_up = True
        self._tell()
        print(f"Laurel is ready at {self._suite.base_url}", flush=True)

    async def play(self) -> None:
        """Run the demo to its end and say what memory the suite took meanwhile."""
        assert self._suite
        loader = await self._supervisor.run_once(self._suite.loader())
        assert loader.process
        peak = Peak()
        watch = asyncio.create_task(peak.watch(self._cluster, [loader.process.pid]))
        exit_code = await loader.process.wait()
        watch.cancel()
        if exit_code:
            self._say(f"the demo ended early (exit code {exit_code}); the suite goes on")
            return
        mebibytes = peak.total >> 20
        self._say(f"peak memory of the suite and its PostgreSQL: {mebibytes} MiB")
        self._say("Ctrl-C stops everything; the data stays")

    async def take_down(self) -> None:
        """Stop the children first, then what they rest on."""
        self._say("stopping")
        await self._supervisor.stop()
        await asyncio.gather(self._stop_broker(), self._stop_database())
        self._say("stopped")

    @property
    def _cluster(self) -> Path:
        return self._installation.folder / "postgres"

    async def _make_suite(self) -> Suite:
        dsns = await self._open_databases()
        return Suite(
            settings=self._settings,
            installation=self._installation,
            credentials=credentials.settle(self._installation.folder),
            dsns=dsns,
            brokers=await self._open_bus(),
            places=suite.place_services(self._settings),
        )

    async def _open_databases(self) -> dict[str, str]:
        """A DSN per service."""
        server_dsn = self._settings.database_url
        if server_dsn is None:
            starting = asyncio.to_thread(postgres.start, self._cluster)
            self._database = asyncio.create_task(starting)
            server_dsn = (await asyncio.shield(self._database)).dsn()
            self._say("PostgreSQL is up")
        names = [service.database for service in SERVICES]
        dsns = await databases.prepare(server_dsn, names, self._installation.installation_id)
        return {service.name: dsns[service.database] for service in SERVICES}

    async def _open_bus(self) -> str:
        """The brokers' address; none on the local bus."""
        if self._settings.bus == "local":
            return ""
        brokers = self._settings.brokers
        if brokers is None:
            self._broker = asyncio.create_task(asyncio.to_thread(self._start_broker))
            brokers = (await asyncio.shield(self._broker)).bootstrap
            self._say(f"Kafka is up at {brokers}")
        await ensure_topics(brokers)
        return brokers

    def _start_broker(self) -> Broker:
        broker = Broker(self._installation.folder / "kafka")
        broker.start()
        return broker

    async def _stop_broker(self) -> None:
        if self._broker:
            with suppress(KafkaUnavailable):
                await asyncio.to_thread((await self._broker).stop)

    async def _stop_database(self) -> None:
        if self._database:
            with suppress(postgres.DatabaseDidNotStart):
                server = await self._database
                await asyncio.to_thread(server.stop, DATABASE_STOP_MAX_S)

    def _tell(self) -> None:
        """Write where everything is, for tests and people; again whenever a process is replaced."""
        if not self._is_up or not self._suite:
            return
        content = {
            "base_url": self._suite.base_url,
            "pid": os.getpid(),
            "keys": self._suite.credentials.people,
            "dsn": self._suite.dsns,
            "programme": self._settings.programme_name,
            "brokers": self._suite.brokers,
            "processes": [
                {"name": child.program.name, "pid": child.pid, "url": child.program.url}
                for child in self._supervisor.children
            ],
        }
        write_private(self._installation.run_file, content)

    def _say(self, what: str) -> None:
        print(f"[{time.monotonic() - self._began:5.1f} s] {what}", flush=True)
