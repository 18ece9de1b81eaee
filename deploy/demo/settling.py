"""Waiting until all that was said has been heard: outboxes empty, lag 0, in all processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.demo.door import read_run_file

ON_THE_WAY = ("laurel_outbox_unsent", "laurel_consumer_lag")
LOOK_EVERY_S = 0.25
QUIET_S = 6.0  # the services measure every two seconds, and what is heard is said on, hop by hop
STUCK_S = 15.0
SETTLING_MAX_S = 1800.0


class Stuck(Exception):
    """Records are on the way and a process says that it does not go on; the message names it."""


async def settle(
    folder: Path,
    on_look: Callable[[int], None],
    quiet_s: float = QUIET_S,
    stuck_s: float = STUCK_S,
) -> float:
    """Return when nothing has been on the way for a while: the monotonic time since when.

    `on_look` hears how much is on the way. Raises Stuck.
    """
    left, since = -1, time.monotonic()
    async with asyncio.timeout(SETTLING_MAX_S), httpx.AsyncClient(trust_env=False) as client:
        while left != 0 or time.monotonic() - since < quiet_s:
            urls = _addresses(folder)
            now = await _on_the_way(client, urls)
            if now != left:
                left, since = now, time.monotonic()
            elif left and time.monotonic() - since > stuck_s:
                await _demand_health(client, urls)
            on_look(max(left, 0))
            await asyncio.sleep(LOOK_EVERY_S)
    return since


def _addresses(folder: Path) -> list[str]:
    processes = read_run_file(folder)["processes"]
    return [each["url"] for each in processes if each["name"] not in ("gateway", "demo")]


async def _on_the_way(client: httpx.AsyncClient, urls: Sequence[str]) -> int:
    """How many records are under way; -1 while a process does not answer."""
    try:
        pages = await asyncio.gather(*(client.get(f"{url}/metrics") for url in urls))
    except httpx.TransportError:
        return -1
    return sum(_waiting(page.text) for page in pages)


async def _demand_health(client: httpx.AsyncClient, urls: Sequence[str]) -> None:
    for url in urls:
        try:
            answer = await client.get(f"{url}/healthz")
        except httpx.TransportError:
            continue  # it is being started again
        if not answer.is_success:
            raise Stuck(f"{url}/healthz says {answer.text}")


def _waiting(page: str) -> int:
    return sum(
        int(sample.value)
        for family in text_string_to_metric_families(page)
        if family.name in ON_THE_WAY
        for sample in family.samples
    )
