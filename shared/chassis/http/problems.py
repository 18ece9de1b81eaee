"""What a caller is told when something is wrong (RFC 9457). Input is never echoed.

Refusal
├── Malformed                400  the bytes are no JSON that we read
├── Unauthenticated          401
├── Forbidden                403
├── NotFound                 404  also for what is not the caller's
├── TooSlow                  408  the body did not arrive in the time a request has
├── PreconditionFailed       412  (editing.py) `If-Match` names another version
├── TooLarge                 413
├── UnsupportedMediaType     415
├── Invalid                  422  well-formed, but against the route's limits; names the fields
├── KeyRequired, KeySpent, KeyReused   400, 409, 422  idempotency
├── Fault                    500  ours; `outcome` is unknown
└── TryLater                 503  no answer now; `outcome` says whether to ask again by key
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import takewhile
from typing import Any, ClassVar, cast

import msgspec
from starlette.responses import Response

from chassis.pages import PATH
from contracts.refusal import Refusal

MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 20
FIELD_NAME = re.compile(r"(?!\w*\d{5})[A-Za-z_]\w{0,63}", re.ASCII)


class Malformed(Refusal):
    """The body is not JSON, or JSON beyond what is read (depth 16, duplicate keys, NaN, lone
    surrogates).
    """

    code: ClassVar[str] = "malformed"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be read."


class Unauthenticated(Refusal):
    """No key, or one that is not known."""

    code: ClassVar[str] = "unauthenticated"
    status: ClassVar[int] = 401
    title: ClassVar[str] = "A valid key is needed."


class Forbidden(Refusal):
    """The key lacks the route's scope."""

    code: ClassVar[str] = "forbidden"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "This key may not do that."


class NotFound(Refusal):
    """Nothing there, or not the caller's."""

    code: ClassVar[str] = "not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is no such thing, or it is not yours."


class MethodNotAllowed(Refusal):
    """The path exists, the method does not."""

    code: ClassVar[str] = "method_not_allowed"
    status: ClassVar[int] = 405
    title: ClassVar[str] = "This path does not know that method."


class TooSlow(Refusal):
    """The body did not arrive in the time that a request has."""

    code: ClassVar[str] = "too_slow"
    status: ClassVar[int] = 408
    title: ClassVar[str] = "The body took too long to arrive."


class TooLarge(Refusal):
    """The body is larger than the route's limit."""

    code: ClassVar[str] = "too_large"
    status: ClassVar[int] = 413
    title: ClassVar[str] = "The body is too large."


class UnsupportedMediaType(Refusal):
    """The route reads JSON (or NDJSON, where it says so)."""

    code: ClassVar[str] = "unsupported_media_type"
    status: ClassVar[int] = 415
    title: ClassVar[str] = "This media type is not read here."


class KeyRequired(Refusal):
    """The command moves something of value and needs an `Idempotency-Key` of 8 to 128 visible ASCII
    characters.
    """

    code: ClassVar[str] = "idempotency_key_required"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "An Idempotency-Key is needed."


class KeyReused(Refusal):
    """The key named another request before."""

    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This key was used for another request."


class KeySpent(Refusal):
    """The key named this very command long ago, and its answer is no longer kept. It does not take
    effect again: `outcome` says whether it did then (`applied`) or was refused (`none`).
    """

    code: ClassVar[str] = "idempotency_key_spent"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This command was answered long ago."


class TryLater(Refusal):
    """No answer now."""

    code: ClassVar[str] = "unavailable"
    status: ClassVar[int] = 503
    title: ClassVar[str] = "There is no answer now; try again."


class Fault(Refusal):
    """Something of ours failed; whether the request took effect is unknown until it is asked for by
    key.
    """

    code: ClassVar[str] = "fault"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something of ours failed."


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: a JSON pointer and a code, never the value."""

    path: str
    code: str


class Invalid(Refusal):
    """The request is well-formed but against the route's limits."""

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The request is invalid."

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors=[{"path": e.path, "code": e.code} for e in errors])


def problem(refusal: Refusal, request_id: str, outcome: str = "none") -> dict[str, Any]:
    """The problem document of a refusal."""
    return {
        "type": f"{PATH}/{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": HTTPStatus(refusal.status).phrase,
        "code": refusal.code,
        "request_id": request_id,
        "outcome": outcome,
        **refusal.numbers,
    }


def answer(refusal: Refusal, request_id: str, outcome: str = "none") -> Response:
    """A refusal as an HTTP answer."""
    headers = {"Retry-After": "1"} if refusal.status in (429, 503) else {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(problem(refusal, request_id, outcome)),
        status_code=refusal.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


CODES: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "string_pattern_mismatch": "format",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "too_short": "too_few",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "literal_error": "not_allowed",
    "enum": "not_allowed",
    "union_tag_invalid": "not_allowed",
    "union_tag_not_found": "missing",
    "value_error": "format",
    "assertion_error": "format",
}


def field_errors(
    errors: Sequence[Mapping[str, Any]], skip: int = 1, body: object = None
) -> list[FieldError]:
    """Pydantic's findings as pointers and codes; `skip` drops leading locations such as `body`.

    Where the body is given, pointers lead through it: which of several shapes a part was read as is
    no step of theirs. A pointer ends before a name that is not told (`tellable`).
    """
    found: list[FieldError] = []
    for error in errors[:ERRORS_MAX]:
        kind = str(error["type"])
        place = error["loc"][skip:]
        if body is not None:
            place = _through(body, place, kind == "missing")
        path = "".join(f"/{part}" for part in takewhile(tellable, place))
        own = error.get("ctx", {}).get("code") if kind == "value_error" else None
        found.append(
            FieldError(
                path, str(own or CODES.get(kind, "type" if kind.endswith("_type") else "format"))
            )
        )
    return found


def _through(body: object, place: Sequence[object], is_missing: bool) -> list[object]:
    steps: list[object] = []
    for part in place[:-1] if is_missing else place:
        is_index = isinstance(body, list) and isinstance(part, int) and part < len(body)
        if is_index or (isinstance(body, dict) and part in body):
            body = cast(Any, body)[part]
            steps.append(part)
    return [*steps, *place[-1:]] if is_missing else steps


def tellable(part: object) -> bool:
    """Whether a step of a pointer is told: an index, or a name such as a field has. Other names may
    be anything that a caller put in the place of one, a phone number too.
    """
    return isinstance(part, int) or (isinstance(part, str) and bool(FIELD_NAME.fullmatch(part)))
