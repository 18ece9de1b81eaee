"""A turn on the clock: seconds on the wall and of this process."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """What it took to work `events` off."""

    events: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.wall_s

    @property
    def cpu(self) -> float:
        """Seconds of the process per event."""
        return self.cpu_s / self.events


class Watch:
    """Started when made; `turn` reads it."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    def turn(self, events: int) -> Turn:
        """What has passed since the start."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return Turn(events, wall, cpu)
