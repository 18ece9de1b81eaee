"""Notices a client that stands still while there is something to read."""

import time
from collections.abc import Mapping

from chassis.bus.message import Place


class Watch:
    """Looks every so often; `stalled_s` without a step forward while records wait is a stall."""

    def __init__(self, every_s: float, stalled_s: float) -> None:
        self._every_s = every_s
        self._stalled_s = stalled_s
        self._due_at = 0.0
        self._moved_at = time.monotonic()
        self._last: Mapping[Place, int] = {}

    def due(self) -> bool:
        """Whether it is time to look; asking and being told so counts as looking."""
        now = time.monotonic()
        if now < self._due_at:
            return False
        self._due_at = now + self._every_s
        return True

    def is_stalled(self, offsets: Mapping[Place, int], lag: int) -> bool:
        """Tell it what was found; whether nothing has moved for too long."""
        if lag == 0 or offsets != self._last:
            self._last = offsets
            self._moved_at = time.monotonic()
        return time.monotonic() - self._moved_at > self._stalled_s
