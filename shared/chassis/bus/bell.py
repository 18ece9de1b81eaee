"""Wakes whoever waits in this process when something was said, so that nobody there has to poll
quickly.

A bell only saves time: what it does not tell (another process wrote) is found by slow polling.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from weakref import WeakSet

_ears: WeakSet["Ear"] = WeakSet()


class Ear:
    """Waits for any of some names to be rung. It belongs to the loop that waits on it."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._rung = asyncio.Event()
        _ears.add(self)

    def wake(self) -> None:
        """End the present or next wait."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when rung since the last wait, or after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()


def ring(names: Iterable[str]) -> None:
    """Wake every ear that listens for one of `names`."""
    rung = frozenset(names)
    for ear in tuple(_ears):
        if not rung.isdisjoint(ear.names):
            ear.wake()


class Pace:
    """How long to wait when there is nothing to do: short at first, doubling up to a bound."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def busy(self) -> None:
        """There was something to do."""
        self._next_s = self._first_s

    def idle(self) -> float:
        """Seconds to wait now."""
        now, self._next_s = self._next_s, min(self._next_s * 2, self._longest_s)
        return now
