"""Waiting until a process says that it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx

from deploy.local.supervisor import Child

START_MAX_S = 180.0
CRASHES_MAX = 3
LOOK_EVERY_S = 0.1
LAST_LINES_MAX = 15


class NotReady(RuntimeError):
    """A process did not come up; the message ends with the last lines of its log."""


async def all_ready(children: Sequence[Child]) -> None:
    """Return when each answers 200 on /readyz. Raises NotReady for the first that cannot."""
    async with httpx.AsyncClient(trust_env=False, timeout=5.0) as client:
        await asyncio.gather(*(_ready(client, child) for child in children))


async def _ready(client: httpx.AsyncClient, child: Child) -> None:
    deadline = asyncio.get_running_loop().time() + START_MAX_S
    while not await _says_ready(client, child.program.url):
        if child.crashes >= CRASHES_MAX or asyncio.get_running_loop().time() > deadline:
            raise NotReady(f"{child.program.name} is not ready. {_last_words(child)}")
        await asyncio.sleep(LOOK_EVERY_S)


async def _says_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/readyz")).status_code == 200
    except httpx.TransportError:
        return False


def _last_words(child: Child) -> str:
    log = child.program.log
    if log is None or not log.exists():
        return "It left no log."
    last = log.read_text(errors="replace").splitlines()[-LAST_LINES_MAX:]
    return "\n".join((f"Its log, {log}, ends:", *last))
