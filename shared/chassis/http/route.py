"""Routes that declare their scope, and how each request is served: admit, read, decide in one
transaction, answer.

The commit comes after the answer has been built and before it is sent; a lost race runs the whole
request again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from chassis import metrics
from chassis.auth import Caller
from chassis.database import BATCH, REQUEST
from chassis.http import idempotency, problems
from chassis.http.description import described
from chassis.http.edge import Unit, admit, cause_of, edge_of
from chassis.http.read import NDJSON, TERMS, Terms, check_query, read_body
from chassis.tx import Begin, Cause, Conflict, Tx, Unavailable, Unpublished
from chassis.work import Work
from contracts.refusal import Refusal

ATTEMPTS_MAX = 4
BATCH_S = 60.0
SAFE = frozenset({"GET", "HEAD"})

LINES = {NDJSON: {"schema": {"type": "string", "description": "one JSON document a line"}}}
LINES_IN: dict[str, Any] = {"requestBody": {"required": True, "content": LINES}}
LINES_OUT: dict[str, dict[str, Any]] = {
    "200": {"description": "one answer a line, in order", "content": LINES}
}

KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key")]
Inner = Callable[[Request], Awaitable[Response]]


class Replayed(Exception):
    """Raised by a route to answer as it did the first time: 200 and `Idempotent-Replayed: true`."""

    def __init__(self, view: BaseModel, status: int = 200) -> None:
        super().__init__()
        self.view = view
        self.status = status


class EdgeRoute(APIRoute):
    """A route whose terms are read once and held against every request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, inside our admission, reading and transaction."""
        inner = super().get_route_handler()
        asks = frozenset(asked_by(self.dependant))
        terms = Terms(**(self.openapi_extra or {})[TERMS], asks=asks)

        async def handle(request: Request) -> Response:
            return await serve(request, terms, inner)

        return handle


def asked_by(dependant: Dependant) -> Iterator[str]:
    """The query parameters that a route and what it depends on read."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for below in dependant.dependencies:
        yield from asked_by(below)


async def serve(request: Request, terms: Terms, inner: Inner) -> Response:
    """One request, to its answer. Refusals become problem documents; everything else unexpected is
    a fault.
    """
    outcome, why = "none", ""
    try:
        request.state.caller = admit(request, terms.scope)
        check_query(request, terms)
        body = await _read(request, terms)
        async with asyncio.timeout(request_seconds(request, terms)):
            return await _attempts(request, terms, inner, body)
    except Replayed as again:
        content = again.view.model_dump_json().encode()
        return _replay(again.status, content, "application/json")
    except RequestValidationError as error:
        refusal: Refusal = problems.Invalid(*problems.field_errors(error.errors(), body=error.body))
    except Refusal as error:
        refusal = error
    except TimeoutError:
        refusal, outcome, why = problems.TryLater(), "unknown", "request time"
    except Unpublished:
        refusal, why = problems.TryLater(waits_for="settings"), "settings"
    except Unavailable as error:
        refusal, outcome, why = problems.TryLater(), _outcome(request, error), str(error)
    metrics.REFUSALS.labels(edge_of(request).service, refusal.code).inc()
    request.state.refused = {"code": refusal.code} | ({"why": why} if why else {})
    return problems.answer(refusal, request.state.request_id, outcome)


async def _read(request: Request, terms: Terms) -> Any:
    """The body, in the time that a request has. Refusals: TooSlow and those of `read_body`."""
    try:
        async with asyncio.timeout(request_seconds(request, terms)):
            return await read_body(request, terms)
    except TimeoutError:
        raise problems.TooSlow from None


def _outcome(request: Request, error: Unavailable) -> str:
    """What is known of a request that was not answered: who only asks changes nothing."""
    return "none" if request.method in SAFE else error.outcome


def request_seconds(request: Request, terms: Terms) -> float:
    """How long a request may take."""
    return BATCH_S if terms.lines or terms.patient else edge_of(request).request_s


async def _attempts(request: Request, terms: Terms, inner: Inner, body: Any) -> Response:
    for _ in range(ATTEMPTS_MAX):
        try:
            if terms.keyed and not _names_itself(terms, body):
                return await _keyed(request, inner, body)
            return await _plain(request, terms, inner)
        except Conflict:
            metrics.TRANSACTIONS_RETRIED.labels(edge_of(request).service, "http").inc()
    raise Unavailable("conflict")


def _names_itself(terms: Terms, body: Any) -> bool:
    return bool(terms.named_by and isinstance(body, dict) and body.get(terms.named_by) is not None)


async def _plain(request: Request, terms: Terms, inner: Inner) -> Response:
    patience = BATCH if terms.lines or terms.patient else REQUEST
    unit = Unit(edge_of(request).database, cause_of(request), patience)
    request.state.unit = unit
    async with unit.open():
        return await inner(request)


async def _keyed(request: Request, inner: Inner, body: Any) -> Response:
    """The command, its key and its answer in one transaction. The business's no (409) is an answer
    and is kept.
    """
    caller: Caller = request.state.caller
    key = key_of(request)
    asked = idempotency.fingerprint(request.method, request.url.path, body)
    unit = Unit(edge_of(request).database, cause_of(request), REQUEST)
    request.state.unit = unit
    async with unit.open():
        tx = await unit.tx()
        stored = await idempotency.claim(tx, caller, key, asked)
        if stored is not None:
            return replayed(stored)
        try:
            async with tx.savepoint():
                response = await inner(request)
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            metrics.REFUSALS.labels(edge_of(request).service, refusal.code).inc()
            response = problems.answer(refusal, request.state.request_id)
        await idempotency.answer(tx, caller.source, key, response.status_code, bytes(response.body))
    return response


def key_of(request: Request) -> str:
    """What the request's key is known as. Refusals: KeyRequired."""
    key = idempotency.valid_key(request.headers.get("idempotency-key"))
    return idempotency.known_as(edge_of(request).secrets, request.state.caller.source, key)


def replayed(stored: idempotency.Stored) -> Response:
    """A stored answer, given again. Refusals: TryLater where there is none yet."""
    if stored.status is None or stored.body is None:
        raise problems.TryLater
    is_problem = stored.status >= 400
    return _replay(
        stored.status, stored.body, problems.MEDIA_TYPE if is_problem else "application/json"
    )


def _replay(status: int, body: bytes, media_type: str) -> Response:
    return Response(body, status, media_type=media_type, headers={"Idempotent-Replayed": "true"})


class Router(APIRouter):
    """Routes below `/v1`. Each names its scope; `keyed` demands an Idempotency-Key; `lines` reads
    NDJSON; `again` is the status of a repetition (Replayed), `also` what else may be answered well.
    A `patient` route, for staff, waits as long as a batch may.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(prefix="/v1", route_class=EdgeRoute, **options)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Declare a route. Raises TypeError where the scope is missing."""
        raise TypeError(
            f"{path}: declare routes with get, post, put, patch or delete and their scope"
        )

    def _declare(self, method: str, path: str, scope: str, **options: Any) -> Callable[[Any], Any]:
        keyed, lines = options.pop("keyed", False), options.pop("lines", False)
        refuses: Sequence[type[Refusal]] = options.pop("refuses", ())
        named_by = options.pop("named_by", "")
        also: Mapping[int, dict[str, Any]] = options.pop("also", {})
        terms = {"scope": scope, "keyed": keyed, "lines": lines, "named_by": named_by}
        if again := options.pop("again", None):
            terms["again"] = again
        if options.pop("patient", False):
            terms["patient"] = True
        if body_max := options.pop("body_max", None):
            terms["body_max"] = body_max

        def decorate(endpoint: Any) -> Any:
            super(Router, self).add_api_route(
                path,
                endpoint,
                methods=[method],
                openapi_extra={TERMS: terms} | (LINES_IN if lines else {}),
                responses=described(refuses)
                | (LINES_OUT if lines else {})
                | {str(status): told for status, told in also.items()},
                **options,
            )
            return endpoint

        return decorate

    def get(self, path: str, *, scope: str, **options: Any) -> Callable[[Any], Any]:  # type: ignore[override]
        """Declare a GET route."""
        return self._declare("GET", path, scope, **options)

    def post(self, path: str, *, scope: str, **options: Any) -> Callable[[Any], Any]:  # type: ignore[override]
        """Declare a POST route."""
        return self._declare("POST", path, scope, **options)

    def put(self, path: str, *, scope: str, **options: Any) -> Callable[[Any], Any]:  # type: ignore[override]
        """Declare a PUT route."""
        return self._declare("PUT", path, scope, **options)

    def patch(self, path: str, *, scope: str, **options: Any) -> Callable[[Any], Any]:  # type: ignore[override]
        """Declare a PATCH route."""
        return self._declare("PATCH", path, scope, **options)

    def delete(self, path: str, *, scope: str, **options: Any) -> Callable[[Any], Any]:  # type: ignore[override]
        """Declare a DELETE route."""
        return self._declare("DELETE", path, scope, **options)


async def tx_of(request: Request) -> Tx:
    """The request's transaction."""
    unit: Unit = request.state.unit
    return await unit.tx()


async def caller_of(request: Request) -> Caller:
    """Who calls."""
    caller: Caller = request.state.caller
    return caller


async def begin_of(request: Request) -> Begin:
    """For sagas: begins short transactions of their own; none is held across a network call."""
    edge = edge_of(request)
    return Work(edge.database, edge.peers, REQUEST)


async def caused_by(request: Request) -> Cause:
    """What a transaction of this request is started by."""
    return cause_of(request)


def located(told: str) -> dict[str, Any]:
    """An answer that is described so and says where to look next."""
    where = {"description": "where to ask for it", "schema": {"type": "string"}}
    return {"description": told, "headers": {"Location": where}}


async def asked_of(request: Request, _: KeyHeader = None) -> idempotency.Asked:
    """The command's key and what it asks, for sagas that own their idempotency. Refusals:
    KeyRequired.
    """
    key = key_of(request)
    body = await request.json() if await request.body() else None
    return idempotency.Asked(key, idempotency.fingerprint(request.method, request.url.path, body))


TxDep = Annotated[Tx, Depends(tx_of)]
CallerDep = Annotated[Caller, Depends(caller_of)]
BeginDep = Annotated[Begin, Depends(begin_of)]
CauseDep = Annotated[Cause, Depends(caused_by)]
AskedDep = Annotated[idempotency.Asked, Depends(asked_of)]
