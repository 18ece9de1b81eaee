"""A batch of facts, line by line: each is read as strictly as alone, and answered whatever its
neighbours are.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from chassis.http import Invalid, Lines, View
from chassis.http.problems import TooLarge, field_errors, problem
from chassis.http.read import BODY_MAX
from chassis.http.strictjson import parse
from contracts.refusal import Refusal
from member_svc.domain.facts import Answer

TURN_LINES_MAX = 100

B = TypeVar("B", bound=BaseModel)
F = TypeVar("F")


async def read_lines(lines: Lines, body: type[B], asks: Callable[[B], F]) -> list[F | Refusal]:
    """What each line asks, or why it cannot be read. Other requests get their turn in between."""
    read: list[F | Refusal] = []
    for number, line in enumerate(lines, 1):
        read.append(_read(line, body, asks))
        if number % TURN_LINES_MAX == 0:
            await asyncio.sleep(0)
    return read


def _read(line: bytes, body: type[B], asks: Callable[[B], F]) -> F | Refusal:
    try:
        if len(line) > BODY_MAX:
            raise TooLarge(limit=BODY_MAX)
        return asks(body.model_validate(parse(line)))
    except ValidationError as error:
        return Invalid(*field_errors(error.errors(), skip=0))
    except Refusal as refusal:
        return refusal


def merge(
    read: Sequence[F | Refusal], answered: Sequence[Answer | Refusal]
) -> list[Answer | Refusal]:
    """One answer per line: the reader's refusals in their places, the others' answers in order."""
    rest = iter(answered)
    return [one if isinstance(one, Refusal) else next(rest) for one in read]


def answers(
    merged: Sequence[Answer | Refusal], view: Callable[[Answer], View], request_id: str
) -> list[dict[str, Any]]:
    """The answer lines, numbered from 1. `status` is HTTP's; where the fact stands is `stands`."""
    return [
        {"line": number, **_answer(one, view, request_id)} for number, one in enumerate(merged, 1)
    ]


def _answer(
    one: Answer | Refusal, view: Callable[[Answer], View], request_id: str
) -> dict[str, Any]:
    if isinstance(one, Refusal):
        return problem(one, request_id)
    said = view(one).model_dump(mode="json")
    return {**said, "stands": said["status"], "status": 200 if one.is_replayed else 201}
