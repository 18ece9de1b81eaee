"""Waiting for an invariant, bounded. It says what did not come true; it measures nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable

WAIT_MAX_S = 60.0
LOOK_S = 0.05


async def eventually(
    holds: Callable[[], Awaitable[object]], within_s: float = WAIT_MAX_S, what: str = ""
) -> None:
    """Return once `holds()` is truthy. Raises AssertionError with `what` when it has not come true
    in time.
    """
    deadline = time.monotonic() + within_s
    seen: object = None
    while time.monotonic() < deadline:
        seen = await holds()
        if seen:
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"not within {within_s:.0f} s: {what or holds!r}; last seen {seen!r}")
