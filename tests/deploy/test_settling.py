"""When the demo believes that everything was heard, and when it stops believing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.demo.settling import Stuck, settle


class Told:
    """What a process says of itself."""

    def __init__(self, waiting: list[int], health: str = "200 OK") -> None:
        self.waiting = waiting
        self.health = health

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request: a measurement of the list, the last one for ever; or the health."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        status, said = "200 OK", ""
        if "/metrics" in head:
            now = self.waiting.pop(0) if len(self.waiting) > 1 else self.waiting[0]
            said = f"# TYPE laurel_outbox_unsent gauge\nlaurel_outbox_unsent {now}.0\n"
        elif "/healthz" in head:
            status, said = self.health, "consumer stopped"
        headers = f"Content-Length: {len(said)}\r\nConnection: close\r\n\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{headers}{said}".encode())
        await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def process(folder: Path, told: Told) -> AsyncIterator[None]:
    server = await asyncio.start_server(told.speak, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        processes = [{"name": "points-svc", "url": url}, {"name": "gateway", "url": "unused"}]
        (folder / "run.json").write_text(json.dumps({"processes": processes}))
        yield


async def test_quiet_has_to_last(tmp_path: Path):
    looks: list[int] = []
    async with process(tmp_path, Told([0, 7, 3, 0])):
        await settle(tmp_path, looks.append, quiet_s=0.6)
    assert looks[:4] == [0, 7, 3, 0]
    assert set(looks[4:]) == {0}
    assert len(looks) > 4


async def test_a_process_that_does_not_go_on_is_named(tmp_path: Path):
    async with process(tmp_path, Told([5], "503 Service Unavailable")):
        with pytest.raises(Stuck, match="consumer stopped"):
            await settle(tmp_path, lambda _: None, stuck_s=0.3)
