"""NDJSON in and out: one answer line per input line, in order; good lines are kept whatever their
neighbours are.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.problems import TooLarge
from chassis.http.read import NDJSON

LINES_MAX = 5_000


class Lines(tuple[bytes, ...]):
    """The lines of a batch, unread; blank lines are none."""


async def lines_of(request: Request) -> Lines:
    """The request's lines. Refusals: TooLarge (more than 5,000)."""
    lines = Lines(line for line in (await request.body()).split(b"\n") if line.strip())
    if len(lines) > LINES_MAX:
        raise TooLarge(limit=LINES_MAX)
    return lines


LinesDep = Annotated[Lines, Depends(lines_of)]


def answer_lines(answers: Sequence[Any]) -> Response:
    """The answers (mappings or structs), one JSON line each."""
    encode = msgspec.json.encode
    return Response(b"".join(encode(each) + b"\n" for each in answers), media_type=NDJSON)
