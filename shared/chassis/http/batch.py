"""NDJSON in and out: one answer line per input line, in order; good lines are kept whatever their
neighbours are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from chassis.http.problems import Invalid, TooLarge, field_errors, problem
from chassis.http.read import BODY_MAX, NDJSON
from chassis.http.strictjson import parse
from contracts.refusal import Refusal

LINES_MAX = 5_000
TURN_LINES_MAX = 100

B = TypeVar("B", bound=BaseModel)
Asked = TypeVar("Asked")
Done = TypeVar("Done")


class Lines(tuple[bytes, ...]):
    """The lines of a batch, unread; blank lines are none."""


async def lines_of(request: Request) -> Lines:
    """The request's lines. Refusals: TooLarge (more than 5,000)."""
    lines = Lines(line for line in (await request.body()).split(b"\n") if line.strip())
    if len(lines) > LINES_MAX:
        raise TooLarge(limit=LINES_MAX)
    return lines


LinesDep = Annotated[Lines, Depends(lines_of)]


async def read_lines(
    lines: Lines, body: type[B], asks: Callable[[B], Asked]
) -> list[Asked | Refusal]:
    """What each line asks, read as strictly as alone, or why it cannot be read. Other requests get
    their turn in between.
    """
    read: list[Asked | Refusal] = []
    for number, line in enumerate(lines, 1):
        read.append(_read(line, body, asks))
        if number % TURN_LINES_MAX == 0:
            await asyncio.sleep(0)
    return read


def _read(line: bytes, body: type[B], asks: Callable[[B], Asked]) -> Asked | Refusal:
    try:
        if len(line) > BODY_MAX:
            raise TooLarge(limit=BODY_MAX)
        return asks(body.model_validate(parse(line)))
    except ValidationError as error:
        return Invalid(*field_errors(error.errors(), skip=0))
    except Refusal as refusal:
        return refusal


async def answer_each(
    read: Sequence[Asked | Refusal],
    do: Callable[[list[Asked]], Awaitable[Sequence[Done | Refusal]]],
    view: Callable[[Done], Mapping[str, Any]],
    request_id: str,
) -> Response:
    """Do at once what could be read, and answer each line, numbered from 1, as if it had come
    alone. `do` answers one by one, in order; `view` says the status with what was done.
    """
    done = iter(await do([one for one in read if not isinstance(one, Refusal)]))
    said = (one if isinstance(one, Refusal) else next(done) for one in read)
    return answer_lines(
        [
            {"line": n, **(problem(one, request_id) if isinstance(one, Refusal) else view(one))}
            for n, one in enumerate(said, 1)
        ]
    )


def answer_lines(answers: Sequence[Any]) -> Response:
    """The answers (mappings or structs), one JSON line each."""
    encode = msgspec.json.encode
    return Response(b"".join(encode(each) + b"\n" for each in answers), media_type=NDJSON)
