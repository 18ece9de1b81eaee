"""Calls from one service to another: bounded in time and number, and honest about what is not
known.

Safe calls (by a caller-chosen id) are tried again; what remains open is `Unknown`, never a "no".
"""

from dataclasses import dataclass
from typing import Any

import httpx
import stamina

from chassis.tx import Cause

FRAME = frozenset({"type", "title", "status", "detail", "code", "request_id", "outcome"})
"""What every problem document has; what stands beside it are the code's own numbers."""

CONCURRENT_MAX = 64
ATTEMPTS_MAX = 3


class Unknown(Exception):
    """Nobody knows whether the call took effect: no answer in time, or one that says so."""


@dataclass(frozen=True)
class Answer:
    """A definite answer: 2xx, or 4xx with its problem document."""

    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The problem's code; empty for a success."""
        return str(self.body.get("code", "")) if self.status >= 400 else ""

    @property
    def numbers(self) -> dict[str, int | str]:
        """What a problem's code promises besides."""
        return {
            name: value
            for name, value in self.body.items()
            if name not in FRAME and isinstance(value, (int, str))
        }


class Client:
    """A peer service. Every call is repeatable by the ids it carries, so a lost answer is asked for
    again.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        timeout_s: float = 1.0,
        transport: httpx.AsyncBaseTransport | None = None,
        wait_initial_s: float = 0.05,
    ) -> None:
        self._wait_initial_s = wait_initial_s
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(timeout_s),
            limits=httpx.Limits(max_connections=CONCURRENT_MAX),
            headers={"Authorization": f"Bearer {key}"},
            transport=transport,
        )

    async def get(self, path: str, cause: Cause) -> Answer:
        """Ask. Raises Unknown."""
        return await self._call("GET", path, cause, None, {})

    async def post(
        self, path: str, cause: Cause, body: dict[str, Any] | None = None, key: str | None = None
    ) -> Answer:
        """Command, repeatable by the id in `path` or `body`, or by `key` (Idempotency-Key). Raises
        Unknown.
        """
        return await self._call("POST", path, cause, body, {"Idempotency-Key": key} if key else {})

    async def _call(
        self,
        method: str,
        path: str,
        cause: Cause,
        body: dict[str, Any] | None,
        headers: dict[str, str],
    ) -> Answer:
        headers = {"X-Request-Id": cause.request_id, **headers}
        if cause.traceparent:
            headers["traceparent"] = cause.traceparent
        attempts = stamina.retry_context(
            on=Unknown,
            attempts=ATTEMPTS_MAX,
            wait_initial=self._wait_initial_s,
            wait_max=0.5,
            timeout=None,
        )
        async for attempt in attempts:
            with attempt:
                return await self._once(method, path, body, headers)
        raise Unknown(path)

    async def _once(
        self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]
    ) -> Answer:
        try:
            response = await self._http.request(method, path, json=body, headers=headers)
            content = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unknown(type(error).__name__) from error
        if (
            response.status_code >= 500
            or response.status_code == 429
            or not isinstance(content, dict)
        ):
            raise Unknown(str(response.status_code))
        return Answer(response.status_code, content)

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()
