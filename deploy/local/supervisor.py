"""Child processes: started, started again when they crash, stopped together."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import parent

BACKOFF_FIRST_S = 0.2
BACKOFF_MAX_S = 5.0
STEADY_S = 10.0
STOP_MAX_S = 4.0


@dataclass(frozen=True)
class Program:
    """What to run. Without a log it speaks on the runner's own terminal."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    url: str = ""
    log: Path | None = None


@dataclass
class Child:
    """A program and the process that runs it at the moment."""

    program: Program
    process: Process | None = None
    crashes: int = 0
    is_ready: bool = False
    exit_code: int | None = None

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        return self.process.pid if self.process and self.process.returncode is None else None


@dataclass
class Supervisor:
    """Holds the write end of the pipe whose closing tells every child that we are gone."""

    on_change: Callable[[], None] = lambda: None
    children: list[Child] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _is_stopping: bool = False

    def __post_init__(self) -> None:
        self._child_end, self._our_end = os.pipe()

    def keep(self, program: Program) -> Child:
        """Start a program and start it again whenever it ends."""
        child = Child(program)
        self.children.append(child)
        self._tasks.append(asyncio.create_task(self._keep(child), name=program.name))
        return child

    async def run_once(self, program: Program) -> Child:
        """Start a program that is allowed to end; its process tells when it has."""
        child = Child(program)
        self.children.append(child)
        await self._spawn(child)
        return child

    async def stop(self) -> None:
        """Ask all to end, insist after a grace; returns when none is left."""
        self._is_stopping = True
        for child in self.children:
            _send(child, signal.SIGTERM)
        waits = [child.process.wait() for child in self.children if child.process]
        if waits:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*waits), STOP_MAX_S)
        for child in self.children:
            _send(child, signal.SIGKILL)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        backoff_s = BACKOFF_FIRST_S
        while not self._is_stopping:
            began = time.monotonic()
            await self._spawn(child)
            assert child.process
            child.exit_code = await child.process.wait()
            child.crashes += 1
            if time.monotonic() - began > STEADY_S:
                backoff_s = BACKOFF_FIRST_S
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, BACKOFF_MAX_S)

    async def _spawn(self, child: Child) -> None:
        program = child.program
        pipe = {parent.VARIABLE: str(self._child_end)}
        with _sink(program.log) as sink:
            child.process = await asyncio.create_subprocess_exec(
                *program.command,
                env={**program.environment, **pipe},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                pass_fds=(self._child_end,),
                start_new_session=True,
            )
        self.on_change()


@contextmanager
def _sink(log: Path | None) -> Iterator[int | None]:
    """The log of a child, open while it is being started; None is the terminal."""
    if log is None:
        yield None
        return
    with log.open("ab") as file:
        yield file.fileno()


def _send(child: Child, number: signal.Signals) -> None:
    if child.process and child.process.returncode is None:
        with suppress(ProcessLookupError):
            child.process.send_signal(number)
