"""What reports are asked for and answer with: a period of the past, a page that loads nothing, many
lines one by one.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Query
from pydantic import Field
from starlette.responses import HTMLResponse, StreamingResponse

from chassis.http.bodies import REF_PATTERN
from chassis.http.problems import FieldError, Invalid
from chassis.http.read import NDJSON

A_YEAR = timedelta(days=365)
EARLIEST_YEAR = 1970

ALONE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A page loads nothing and runs nothing."""

STREAMED = {
    200: {"description": "A line each.", "content": {NDJSON: {"schema": {"type": "string"}}}}
}
"""How a route that streams lines is described."""

BESIDE_MAX = 4

Beside = Annotated[
    tuple[Annotated[str, Field(pattern=REF_PATTERN)], ...], Query(max_length=BESIDE_MAX)
]
"""Others that a report shows next to its own."""

One = TypeVar("One")


def past_period(
    from_at: datetime | None,
    to_at: datetime | None,
    now: datetime,
    longest: timedelta | None = None,
) -> tuple[datetime, datetime]:
    """[from, to), until now and a year long unless said otherwise. Refusals: Invalid, where it does
    not lie in the past, is none or is longer than `longest`.
    """
    end = to_at or now
    if end > now:
        raise Invalid(FieldError("/to", "out_of_range"))
    start = from_at or end - A_YEAR
    is_none = start >= end or start.year < EARLIEST_YEAR
    if is_none or (longest is not None and end - start > longest):
        raise Invalid(FieldError("/from", "out_of_range"))
    return start, end


def html_alone(page: str) -> HTMLResponse:
    """A page that needs no network and allows nothing from elsewhere."""
    return HTMLResponse(page, headers=ALONE)


def streamed(
    parts: AsyncIterator[Iterable[One]], line: Callable[[One], Mapping[str, Any]]
) -> StreamingResponse:
    """Lines of NDJSON, each made by `line`, part by part as they come."""

    async def lines() -> AsyncIterator[bytes]:
        async for part in parts:
            yield b"".join(msgspec.json.encode(line(one)) + b"\n" for one in part)

    return StreamingResponse(lines(), media_type=NDJSON)
