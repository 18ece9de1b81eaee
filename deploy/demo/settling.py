"""Waiting until all that was said has been heard: outboxes empty, lag 0, in all processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.demo.door import read_run_file

ON_THE_WAY = ("laurel_outbox_unsent", "laurel_consumer_lag")
LOOK_EVERY_S = 0.25
QUIET_S = 6.0  # the services measure every two seconds, and what is heard is said on, hop by hop
SETTLING_MAX_S = 1800.0


async def settle(folder: Path, on_look: Callable[[int], None]) -> float:
    """Return when nothing has been on the way for a while: the monotonic time since when.

    `on_look` hears how much is on the way.
    """
    quiet_since: float | None = None
    async with asyncio.timeout(SETTLING_MAX_S), httpx.AsyncClient(trust_env=False) as client:
        while quiet_since is None or time.monotonic() - quiet_since < QUIET_S:
            left = await _on_the_way(client, folder)
            if left:
                quiet_since = None
            elif quiet_since is None:
                quiet_since = time.monotonic()
            on_look(max(left, 0))
            await asyncio.sleep(LOOK_EVERY_S)
    return quiet_since


async def _on_the_way(client: httpx.AsyncClient, folder: Path) -> int:
    """How many records are under way; -1 while a process does not answer."""
    processes = read_run_file(folder)["processes"]
    urls = [each["url"] for each in processes if each["name"] not in ("gateway", "demo")]
    try:
        pages = await asyncio.gather(*(client.get(f"{url}/metrics") for url in urls))
    except httpx.TransportError:
        return -1
    return sum(_waiting(page.text) for page in pages)


def _waiting(page: str) -> int:
    return sum(
        int(sample.value)
        for family in text_string_to_metric_families(page)
        if family.name in ON_THE_WAY
        for sample in family.samples
    )
