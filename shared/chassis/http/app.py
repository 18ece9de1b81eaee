"""The application of a service: its routers, health, metrics, and what happens around every
request.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import metrics
from chassis.http import problems
from chassis.http.description import Described
from chassis.http.edge import Edge
from chassis.http.problems import Fault, Malformed, MethodNotAllowed, NotFound
from chassis.http.read import TERMS
from chassis.http.route import Router
from chassis.http.showing import PATHS, add_pages
from chassis.logs import logger, trail
from chassis.request_id import chosen_id

Ready = Callable[[], Awaitable[dict[str, str]]]
Alive = Callable[[], dict[str, str]]
OPEN_PATHS = ("/healthz", "/readyz", "/metrics", *PATHS)


class Around:
    """Around every request: an id, one log line, one measurement, and a problem document for a
    fault.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = chosen_id(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            _tell(scope, status, time.perf_counter() - began, request_id)


def _tell(scope: Scope, status: int, seconds: float, request_id: str) -> None:
    route = getattr(scope.get("route"), "path", "none")
    service = scope["app"].state.edge.service
    metrics.REQUESTS.labels(service, scope["method"], route, str(status)).observe(seconds)
    if route in OPEN_PATHS:
        return
    state = scope["state"]
    caller = state.get("caller")
    logger().info(
        "request",
        method=scope["method"],
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=request_id,
        **({"caller": caller.key_id} if caller else {}),
        **state.get("refused", {}),
    )


async def _on_http_exception(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    kind = {404: NotFound, 405: MethodNotAllowed}.get(status, Malformed)
    return problems.answer(kind(), request.state.request_id)


async def _on_fault(request: Request, error: Exception) -> Response:
    request_id = request.state.request_id
    logger().error("fault", request_id=request_id, kind=type(error).__name__, trail=trail(error))
    return problems.answer(Fault(), request_id, "unknown")


def demand_scopes(app: FastAPI, open_paths: Sequence[str]) -> None:
    """Stop the start where a route names no scope, also below an included router. Raises TypeError
    naming the route.
    """
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or route.path in open_paths:
            continue
        if TERMS not in (route.openapi_extra or {}):
            raise TypeError(f"{route.path} declares no scope")


def application(edge: Edge, routers: Sequence[Router], alive: Alive, ready: Ready) -> FastAPI:
    """The ASGI application of a service."""
    app = Described(title=edge.service, version="1", docs_url=None, redoc_url=None)
    app.state.edge = edge
    for router in routers:
        app.include_router(router)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> JSONResponse:
        trouble = alive()
        return JSONResponse(
            {"status": "ok" if not trouble else "failing", **trouble}, 503 if trouble else 200
        )

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        trouble = await ready()
        return JSONResponse(
            {"status": "ok" if not trouble else "waiting", **trouble}, 503 if trouble else 200
        )

    @app.get("/metrics", include_in_schema=False)
    async def metrics_page() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    add_pages(app)
    demand_scopes(app, OPEN_PATHS)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_fault)
    app.add_middleware(Around)
    return app
