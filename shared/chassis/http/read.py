"""Reading a body within its limits, before anything else looks at it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from chassis.http.problems import (
    ERRORS_MAX,
    FieldError,
    Invalid,
    TooLarge,
    UnsupportedMediaType,
    tellable,
)
from chassis.http.strictjson import parse

BODY_MAX = 64 * 1024
LINES_BYTES_MAX = 5 * 1024 * 1024

TERMS = "x-laurel"
JSON = "application/json"
NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class Terms:
    """What a route demands of a request and grants it.

    A body that has the field `named_by` names its command itself and needs no key. `again` is the
    status that a repetition of what stands already is answered with (0: there is none). Who is
    `patient` waits as long as a batch may, for locks and for the answer.
    """

    scope: str
    keyed: bool = False
    named_by: str = ""
    lines: bool = False
    patient: bool = False
    body_max: int = BODY_MAX
    again: int = 0
    asks: frozenset[str] = frozenset()


def check_query(request: Request, terms: Terms) -> None:
    """Refuse what the route would ignore: who asks `?at=` and gets today's answer is misled.

    Refusals: Invalid.
    """
    unknown = sorted(set(request.query_params) - terms.asks)
    if unknown:
        paths = [f"/{name}" if tellable(name) else "" for name in unknown[:ERRORS_MAX]]
        raise Invalid(*(FieldError(path, "unknown_parameter") for path in paths))


async def read_body(request: Request, terms: Terms) -> Any:
    """The body's value (None where there is none, the raw bytes for NDJSON), kept for whoever reads
    it next.

    Refusals: TooLarge, UnsupportedMediaType, Malformed.
    """
    limit = LINES_BYTES_MAX if terms.lines else terms.body_max
    body = await _bytes(request, limit)
    request._body = body  # noqa: SLF001 — what Starlette keeps of a body that was read
    if not body:
        return None
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != (NDJSON if terms.lines else JSON):
        raise UnsupportedMediaType
    if terms.lines:
        return body
    value = parse(body)
    request._json = value  # noqa: SLF001 — and of its value
    return value


async def _bytes(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > limit:
        raise TooLarge(limit=limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit=limit)
        chunks.append(chunk)
    return b"".join(chunks)
