"""A turn on the clock: seconds on the wall, of this process, and what the write-ahead log grew."""

import time
from dataclasses import dataclass

import asyncpg

WAL = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True)
class Turn:
    """What it took to work `events` off."""

    events: int
    wall_s: float
    cpu_s: float
    wal_bytes: int

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.wall_s


class Watch:
    """Started when made; `turn` reads it."""

    def __init__(self, wal_before: int) -> None:
        self._wal = wal_before
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    @classmethod
    async def start(cls, connection: "asyncpg.Connection[asyncpg.Record]") -> "Watch":
        """Reads the log's position first, then the clocks."""
        return cls(int(await connection.fetchval(WAL)))

    async def turn(self, connection: "asyncpg.Connection[asyncpg.Record]", events: int) -> Turn:
        """What has passed since the start."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return Turn(events, wall, cpu, int(await connection.fetchval(WAL)) - self._wal)
