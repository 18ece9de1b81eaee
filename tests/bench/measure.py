"""A turn on the clock: seconds on the wall and of this process."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Turn:
    """What it took to work `events` off."""

    events: int
    wall_s: float
    cpu_s: float
    server_s: float = 0.0
    """Seconds of PostgreSQL's processes, where they were asked."""

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.wall_s

    @property
    def cpu(self) -> float:
        """Seconds of the process per event."""
        return self.cpu_s / self.events

    @property
    def work(self) -> float:
        """Seconds of all processes per event: what is left of a rate where others keep the
        machine busy.
        """
        return (self.cpu_s + self.server_s) / self.events


class Watch:
    """Started when made; `turn` reads it."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    def turn(self, events: int) -> Turn:
        """What has passed since the start."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return Turn(events, wall, cpu)


def server_s(data_dir: Path) -> float:
    """Seconds that the PostgreSQL of a folder has worked so far, ended connections included."""
    pid = int((data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    postmaster = psutil.Process(pid)
    ended = postmaster.cpu_times()
    seconds = ended.children_user + ended.children_system
    for backend in postmaster.children():
        try:
            times = backend.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system
    return float(seconds)
