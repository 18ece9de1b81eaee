"""How much memory the suite takes: proportional set size, where the system tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_EVERY_S = 5.0


@dataclass
class Peak:
    """The highest sum seen so far, in bytes."""

    total: int = 0

    async def watch(self, database: Path | None, without: Iterable[int]) -> None:
        """Sample until cancelled: this process, all below it, and the PostgreSQL of `database`."""
        left_out = frozenset(without)
        while True:
            total = await asyncio.to_thread(_now, database, left_out)
            self.total = max(self.total, total)
            await asyncio.sleep(SAMPLE_EVERY_S)


def _now(database: Path | None, without: frozenset[int]) -> int:
    ours = psutil.Process()
    processes = [ours, *ours.children(recursive=True), *_server(database)]
    return sum(_size(process) for process in processes if process.pid not in without)


def _server(database: Path | None) -> list[psutil.Process]:
    if database is None:
        return []
    try:
        pid = int((database / "postmaster.pid").read_text().split("\n", 1)[0])
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children(recursive=True)]
    except (OSError, ValueError, psutil.Error):
        return []


def _size(process: psutil.Process) -> int:
    """Shared pages are divided among those who share them; where not told, what is unique."""
    try:
        info = process.memory_full_info()
        return int(getattr(info, "pss", info.uss))
    except psutil.Error:
        return 0
