"""The suite's public address, as a patient till sees it: what got no answer is asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import stamina

TRIES_MAX = 200
TRYING_MAX_S = 300.0
ANSWER_MAX_S = 40.0
CONNECTIONS_MAX = 32
NDJSON = "application/x-ndjson"


class Unavailable(Exception):
    """No answer now: nobody listens, or the suite says so itself (429, 503)."""


class Refused(Exception):
    """The suite answered, and the answer is no; the message says to what and why."""


class Door:
    """Calls with one key.

    Every call may be repeated: it has a natural or an idempotency key, or it only reads.
    """

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self.key = key
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=ANSWER_MAX_S,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            trust_env=False,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def get(self, path: str) -> Any:
        """The answer's JSON."""
        return (await self._call("GET", path)).json()

    async def post(self, path: str, body: Any, key: str | None = None) -> Any:
        """The answer's JSON. Raises Refused on a 4xx."""
        headers = {"Idempotency-Key": key} if key else {}
        return (await self._call("POST", path, headers=headers, json=body)).json()

    async def post_lines(self, path: str, lines: bytes) -> list[Any]:
        """One answer per line, in order."""
        headers = {"Content-Type": NDJSON}
        answer = await self._call("POST", path, headers=headers, content=lines)
        return [json.loads(line) for line in answer.content.splitlines()]

    async def _call(self, method: str, path: str, **what: Any) -> httpx.Response:
        attempts = stamina.retry_context(
            on=Unavailable, attempts=TRIES_MAX, timeout=TRYING_MAX_S, wait_max=2.0
        )
        async for attempt in attempts:
            with attempt:
                return await self._once(method, path, **what)
        raise AssertionError("stamina ends with an answer or an exception")

    async def _once(self, method: str, path: str, **what: Any) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, **what)
        except httpx.TransportError as error:
            raise Unavailable(repr(error)) from error
        if answer.status_code in (429, 500, 502, 503, 504):
            raise Unavailable(f"{path} answered {answer.status_code}")
        if not answer.is_success:
            raise Refused(f"{method} {path} answered {answer.status_code}: {answer.text[:400]}")
        return answer


def read_run_file(folder: Path) -> dict[str, Any]:
    """Where everything is, as the runner wrote it."""
    content: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return content
