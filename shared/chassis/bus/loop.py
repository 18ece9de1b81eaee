"""A task in the background that is asked to end, and made to when it does not."""

import asyncio
from collections.abc import Awaitable, Callable

from chassis.logs import logger, trail

STOP_MAX_S = 1.5
LAST_MAX_S = 3.0


class Loop:
    """Runs `run` until it sees `stopping`; `wake` ends whatever it waits for."""

    def __init__(
        self, name: str, run: Callable[[], Awaitable[None]], wake: Callable[[], None]
    ) -> None:
        self.stopping = False
        self._name = name
        self._run = run
        self._wake = wake
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start; a second time after `stop` too."""
        self.stopping = False
        self._task = asyncio.create_task(self._whole(), name=self._name)
        self._task.add_done_callback(self._tell)

    async def stop(self) -> None:
        """Return once it has ended; it is cancelled when it takes too long."""
        self.stopping = True
        self._wake()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=STOP_MAX_S)
            self._task.cancel()
            await asyncio.wait([self._task], timeout=LAST_MAX_S)
            self._task = None

    def trouble(self) -> dict[str, str]:
        """Named, with its error, when it has ended by itself."""
        if self._task is None or not self._task.done():
            return {}
        error = None if self._task.cancelled() else self._task.exception()
        return {self._name: type(error).__name__ if error else "ended"}

    def _tell(self, ended: asyncio.Task[None]) -> None:
        """A loop that a fault has ended is told once, where it happened."""
        error = None if ended.cancelled() else ended.exception()
        if error:
            logger().critical("loop ended", loop=self._name, trail=trail(error))

    async def _whole(self) -> None:
        await self._run()
