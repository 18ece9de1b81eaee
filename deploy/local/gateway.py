"""One public address for the suite: routes by noun, streams both ways.

When a service is down it says honestly what that means: 503 with `outcome: none` where the request
surely never reached the service, `outcome: unknown` where it may have (then ask again by key).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping

import httpx
import uvicorn
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis import pages
from chassis.logs import configure, logger
from chassis.request_id import chosen_id
from deploy.local import parent
from deploy.local.problems import (
    MALFORMED,
    NOT_FOUND,
    TOO_LARGE,
    TOO_SLOW,
    UNAVAILABLE,
    answer,
)
from deploy.local.services import NAMES, SERVICE_OF_NOUN

UPSTREAMS = "LAUREL_UPSTREAMS"
PORT = "LAUREL_PORT"
BODY_MAX = 5 * 1024 * 1024
IN_FLIGHT_MAX = 400
HELD_BODY_MAX = 64 * 1024
SILENCE_MAX_S = 3.0  # of a caller in the middle of a body
ANSWER_MAX_S = 5.0  # a service gives a request 3 s
BATCH_MAX_S = 65.0  # and a batch of lines, or a publication behind one, 60 s
PATIENT = (":batch", "/publish")
CONNECT_MAX_S = 2.0
IDLE_MAX_S = 3.0  # below the services' keep-alive: never write to a connection they just closed
PLAIN_PAGES = frozenset({"healthz", "readyz", "metrics", "docs", "openapi.json"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
INDEX = {
    "problems": pages.PATH,
    "services": {
        name: {"docs": f"/{name}/docs", "health": f"/{name}/healthz", "metrics": f"/{name}/metrics"}
        for name in sorted(NAMES)
    },
}
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding "
    b"upgrade host expect".split()
)
REPLACED = HOP_BY_HOP | {b"x-request-id"}


class BodyTooLarge(Exception):
    """More was sent than any service reads."""


class BodyTooSlow(Exception):
    """The caller fell silent in the middle of it."""


def service_of(path: str) -> str | None:
    """Whose a path is: by its noun after `/v1/`, or by the service's own name; None if nobody's."""
    parts = path.split("/")
    if len(parts) < 3 or parts[0]:
        return None
    if parts[1] == "v1":
        noun = parts[2].partition(":")[0]
        return noun if noun in NAMES else SERVICE_OF_NOUN.get(noun)
    return parts[1] if parts[1] in NAMES and parts[2:] and parts[2] in PLAIN_PAGES else None


class Gateway:
    """The ASGI application. `upstreams` is a base URL per service."""

    def __init__(self, upstreams: Mapping[str, str]) -> None:
        self._upstreams = upstreams
        self._in_flight = 0
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        request_id = chosen_id(request.headers.get("x-request-id"))
        self._in_flight += 1
        try:
            response = await self._answer(request, request_id)
            await response(scope, receive, send)
        except ClientDisconnect:
            pass
        finally:
            self._in_flight -= 1

    async def _answer(self, request: Request, request_id: str) -> Response:
        path = request.scope["path"]
        page = _own_page(path, request.headers.get("accept", ""))
        if page is not None:
            return page
        service = service_of(path)
        if service is None:
            return answer(NOT_FOUND, request_id)
        if self._in_flight > IN_FLIGHT_MAX:
            return answer(UNAVAILABLE, request_id)
        if _length(request) > BODY_MAX:
            return answer(TOO_LARGE, request_id)
        return await self._forward(request, request_id, service)

    async def _forward(self, request: Request, request_id: str, service: str) -> Response:
        try:
            passed_on = await _passed_on(request, request_id, self._upstreams[service], service)
            response = await self._open_client().send(passed_on, stream=True)
        except BodyTooLarge:
            return answer(TOO_LARGE, request_id)
        except BodyTooSlow:
            return answer(TOO_SLOW, request_id)
        except (httpx.InvalidURL, httpx.LocalProtocolError):
            return answer(MALFORMED, request_id)
        except NEVER_SENT as error:
            logger().warning(
                "not reached", upstream=service, kind=type(error).__name__, request_id=request_id
            )
            return answer(UNAVAILABLE, request_id)
        except httpx.TransportError as error:
            logger().warning(
                "no answer", upstream=service, kind=type(error).__name__, request_id=request_id
            )
            is_safe = request.method in SAFE_METHODS
            return answer(UNAVAILABLE, request_id, "none" if is_safe else "unknown")
        return _passed_back(response)

    def _open_client(self) -> httpx.AsyncClient:
        """Opened in the serving loop; one pool for all services."""
        if self._client is None:
            limits = httpx.Limits(
                max_connections=IN_FLIGHT_MAX,
                max_keepalive_connections=IN_FLIGHT_MAX,
                keepalive_expiry=IDLE_MAX_S,
            )
            self._client = httpx.AsyncClient(limits=limits, trust_env=False)
        return self._client


def _own_page(path: str, accept: str) -> Response | None:
    """What this address answers by itself: its index, and what problems mean."""
    if path in {"/", "/docs"}:
        return JSONResponse(INDEX)
    if path == pages.PATH:
        return pages.problems_page(accept)
    folder, _, code = path.rpartition("/")
    return pages.problem_page(code, accept) if folder == pages.PATH else None


async def _passed_on(
    request: Request, request_id: str, upstream: str, service: str
) -> httpx.Request:
    """The same request for the service: path and query byte for byte, body as it comes."""
    target = request.scope["raw_path"].removeprefix(f"/{service}".encode())
    if request.scope["query_string"]:
        target += b"?" + request.scope["query_string"]
    headers = [(name, value) for name, value in request.headers.raw if name not in REPLACED]
    headers.append((b"x-request-id", request_id.encode()))
    if request.client:
        headers.append((b"x-forwarded-for", request.client.host.encode()))
    url = httpx.URL(upstream).copy_with(raw_path=target)
    return httpx.Request(
        request.method,
        url,
        headers=headers,
        content=await _body(request),
        extensions={"timeout": _patience(request.scope["path"]).as_dict()},
    )


def _patience(path: str) -> httpx.Timeout:
    """How long a service may take before the caller is told that nobody knows."""
    answer_s = BATCH_MAX_S if path.endswith(PATIENT) else ANSWER_MAX_S
    return httpx.Timeout(answer_s, connect=CONNECT_MAX_S, pool=CONNECT_MAX_S)


async def _body(request: Request) -> bytes | AsyncIterator[bytes] | None:
    if "content-length" not in request.headers and "transfer-encoding" not in request.headers:
        return None
    is_small = "content-length" in request.headers and _length(request) <= HELD_BODY_MAX
    return b"".join([part async for part in _stream(request)]) if is_small else _stream(request)


async def _stream(request: Request) -> AsyncIterator[bytes]:
    sent, parts = 0, aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(SILENCE_MAX_S):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BodyTooSlow from None
        sent += len(part)
        if sent > BODY_MAX:
            raise BodyTooLarge
        yield part


def _length(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else BODY_MAX + 1


def _passed_back(response: httpx.Response) -> Response:
    back = StreamingResponse(
        response.aiter_raw(),
        status_code=response.status_code,
        background=BackgroundTask(response.aclose),
    )
    back.raw_headers = [
        (name.lower(), value)
        for name, value in response.headers.raw
        if name.lower() not in HOP_BY_HOP
    ]
    return back


def main() -> None:
    """Serve until asked to stop."""
    parent.end_with_parent()
    configure("gateway")
    uvicorn.run(
        Gateway(json.loads(os.environ[UPSTREAMS])),
        host="127.0.0.1",
        port=int(os.environ[PORT]),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
