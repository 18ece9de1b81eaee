"""Places where a test may make the process end, fail or wait. Read once at start; refused in
production.

`LAUREL_FAILPOINTS="relay.after_send=exit@3;sql.post=error;saga.after_hold=sleep:0.5@2"`: action by
the n-th hit
(the first where no `@n` is given); `sleep:s` waits each time from the n-th on. `exit` ends the
process as kill -9 does.
"""

import asyncio
import os
from dataclasses import dataclass

EXIT_STATUS = 86
DYNAMIC = "sql."

NAMES: set[str] = set()


class FailpointError(Exception):
    """Raised where a failpoint says `error`."""


@dataclass
class Armed:
    """What a failpoint does, and how often it was passed."""

    action: str
    seconds: float
    nth: int
    hits: int = 0


_armed: dict[str, Armed] = {}


def register(*names: str) -> None:
    """Name failpoints. A module registers its own when it is imported."""
    NAMES.update(names)


def arm(spec: str) -> None:
    """Arm what `spec` names, and disarm the rest. Raises ValueError for a name nobody registered or
    a wrong action.
    """
    _armed.clear()
    for part in filter(None, (piece.strip() for piece in spec.split(";"))):
        name, _, how = part.partition("=")
        if name not in NAMES and not name.startswith(DYNAMIC):
            raise ValueError(f"no such failpoint: {name}")
        action, _, nth = how.partition("@")
        action, _, seconds = action.partition(":")
        if action not in ("exit", "error", "sleep"):
            raise ValueError(f"failpoint {name}: exit, error or sleep")
        _armed[name] = Armed(action, float(seconds or 0), int(nth or 1))


async def reach(name: str) -> None:
    """Pass a failpoint. Nothing happens unless a test armed it."""
    if not _armed:
        return
    point = _armed.get(name)
    if point is None:
        return
    point.hits += 1
    if point.action == "sleep" and point.hits >= point.nth:
        await asyncio.sleep(point.seconds)
    elif point.hits == point.nth and point.action == "exit":
        os._exit(EXIT_STATUS)
    elif point.hits == point.nth:
        raise FailpointError(name)
