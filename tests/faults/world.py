"""The suite as processes that a test kills and starts again. What it starts ends with the test."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from chassis.testing.databases import Server
from deploy.local import credentials, parent
from deploy.local.installation import Installation
from deploy.local.publish import publish
from deploy.local.ready import all_ready
from deploy.local.services import ROLES, SERVICES
from deploy.local.settings import RunnerSettings
from deploy.local.suite import Place, Suite
from deploy.local.supervisor import Child, Program
from deploy.local.topics import ensure_topics
from tests.deploy.loopback import free_ports
from tests.e2e.suite import service

READY_MAX_S = 180.0
LOOK_S = 0.1
AGAIN_S = 0.3
STOP_MAX_S = 10.0
TWO_PROCESSES = (("api", "jobs"), ("consume", "relay"))
ONE_PROCESS = (ROLES,)


@dataclass(frozen=True)
class Site:
    """Where a world stands: a PostgreSQL, a folder, and a broker unless the bus is local."""

    server: Server
    folder: Path
    brokers: str = ""


class World:
    """Processes by name: `points-svc.consume`, `gateway` …"""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._suite: Suite | None = None
        self._programs: dict[str, Program] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._child_end, self._our_end = os.pipe()

    @property
    def suite(self) -> Suite:
        assert self._suite
        return self._suite

    @property
    def names(self) -> list[str]:
        """Every service process."""
        return sorted(set(self._programs) - {"gateway"})

    async def start(self, programme: Path, failpoints: Mapping[str, str] | None = None) -> None:
        """Bring everything up; `failpoints` arms processes by name, in their first life only."""
        self._suite = await self._lay_out()
        for program in [*self.suite.services(), self.suite.gateway()]:
            self._programs[program.name] = program
            self.launch(program.name)
        await self.ready()
        await publish(programme, self.suite.base_url, self.suite.credentials.keys["ops"])
        for name, spec in (failpoints or {}).items():
            self.kill(name)
            self.launch(name, spec)
        await self.ready()

    def launch(self, name: str, failpoints: str = "") -> None:
        """Start a process that is not running."""
        program = self._programs[name]
        told = {parent.VARIABLE: str(self._child_end), "LAUREL_FAILPOINTS": failpoints}
        assert program.log
        with program.log.open("ab") as log:
            self._running[name] = subprocess.Popen(
                program.command,
                env={**program.environment, **told},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._child_end,),
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """kill -9, and gone when this returns."""
        process = self._running[name]
        process.send_signal(signal.SIGKILL)
        process.wait()

    async def keep_up(self) -> None:
        """Start again whatever has ended, as a supervisor does, until cancelled.

        A service that cannot reach its database ends when it starts, not when it runs.
        """
        while True:
            for name in self._programs:
                if self.exit_code(name) is not None:
                    self.launch(name)
            await asyncio.sleep(AGAIN_S)

    def exit_code(self, name: str) -> int | None:
        """None while it runs."""
        return self._running[name].poll()

    async def ready(self) -> None:
        """Return when every process says so."""
        await all_ready([Child(program) for program in self._programs.values()])

    def client(self, who: str) -> httpx.AsyncClient:
        key = self.suite.credentials.keys[who]
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.AsyncClient(
            base_url=self.suite.base_url, headers=headers, timeout=10.0, trust_env=False
        )

    async def stop(self) -> None:
        """End everything: politely, then not."""
        for process in self._running.values():
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = asyncio.get_running_loop().time() + STOP_MAX_S
        while any(p.poll() is None for p in self._running.values()):
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(LOOK_S)
        for process in self._running.values():
            process.kill()
            process.wait()
        os.close(self._child_end)
        os.close(self._our_end)

    async def _lay_out(self) -> Suite:
        folder = self._site.folder
        installation = Installation(folder, folder.name)
        installation.logs.mkdir(parents=True, exist_ok=True)
        bus = "kafka" if self._site.brokers else "local"
        roles = TWO_PROCESSES if self._site.brokers else ONE_PROCESS
        wanted = [(each, played) for each in SERVICES for played in roles]
        port, *ports = free_ports(len(wanted) + 1)
        fresh = self._site.server.fresh
        if self._site.brokers:
            await ensure_topics(self._site.brokers)
        return Suite(
            settings=RunnerSettings(port=port, data_dir=folder, demo="none", bus=bus),
            installation=installation,
            credentials=credentials.settle(folder),
            dsns={each.name: await fresh(service(each.name).migrations) for each in SERVICES},
            brokers=self._site.brokers,
            places=tuple(Place(*each, at) for each, at in zip(wanted, ports, strict=True)),
        )
