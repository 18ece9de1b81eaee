"""A PostgreSQL of its own that a test may crash, with every service's database on it."""

import asyncio
import os
import signal
from pathlib import Path

from chassis.testing.databases import Server
from deploy.local import postgres

IMMEDIATE = signal.SIGQUIT
"""Stop at once: no checkpoint, every connection cut; the next start recovers from the log."""

KILLED = signal.SIGKILL
"""The postmaster alone dies; its backends end when they notice."""


class Cluster:
    """The embedded server in a folder of the test's."""

    def __init__(self, folder: Path) -> None:
        self._data_dir = folder / "data"
        self._running: postgres.Server | None = None

    async def start(self) -> None:
        """Return once it answers, after recovery."""
        self._running = await asyncio.to_thread(postgres.start, self._data_dir)

    async def stop(self) -> None:
        """In order."""
        if self._running:
            await asyncio.to_thread(self._running.stop)

    def crash(self, how: signal.Signals = IMMEDIATE) -> None:
        """As by a power cut, or by the kernel's out-of-memory killer."""
        pid = (self._data_dir / "postmaster.pid").read_text().partition("\n")[0]
        os.kill(int(pid), how)

    @property
    def server(self) -> Server:
        """Where fresh databases come from."""
        assert self._running
        return Server(self._running.dsn())
