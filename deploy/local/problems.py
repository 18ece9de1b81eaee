"""What the public address itself may have to say, in the suite's own form (RFC 9457).

The services say everything else; this process stays small and knows nothing of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import JSONResponse, Response

from chassis.pages import PATH


@dataclass(frozen=True)
class Problem:
    """A status with its public code and title."""

    status: HTTPStatus
    code: str
    title: str


MALFORMED = Problem(HTTPStatus.BAD_REQUEST, "malformed", "The request could not be read.")
NOT_FOUND = Problem(
    HTTPStatus.NOT_FOUND, "not_found", "There is no such thing, or it is not yours."
)
TOO_SLOW = Problem(HTTPStatus.REQUEST_TIMEOUT, "too_slow", "The body took too long to arrive.")
TOO_LARGE = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "The body is too large.")
UNAVAILABLE = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "There is no answer now; try again."
)


def answer(problem: Problem, request_id: str, outcome: str = "none") -> Response:
    """The problem as an HTTP answer; `outcome` says what became of the request."""
    content = {
        "type": f"{PATH}/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.status.phrase,
        "code": problem.code,
        "request_id": request_id,
        "outcome": outcome,
    }
    headers = {"X-Request-Id": request_id}
    if problem is UNAVAILABLE:
        headers["Retry-After"] = "1"
    return JSONResponse(
        content, problem.status, headers=headers, media_type="application/problem+json"
    )
