"""A batch of lines is answered line by line, each as if it had come alone."""

import json

import pytest

from chassis.http import Lines, answer_each, read_lines
from chassis.http.read import BODY_MAX
from tests.chassis.shelf import JarBody, JarFull

LINES = (
    b'{"name": "plum", "beans": 1}',
    b'{"name": "plum"',
    b'{"name": "fig", "beans": 101}',
    b'{"name": "fig", "beans": 0}',
    b'"' + b"x" * BODY_MAX + b'"',
    b'{"name": "nut", "beans": 2}',
)


def asks(jar: JarBody) -> str:
    if jar.name == "nut":
        raise JarFull
    return jar.name


async def answered(do):
    read = await read_lines(Lines(LINES), JarBody, asks)
    response = await answer_each(read, do, lambda name: {"status": 201, "name": name}, "test")
    return [json.loads(line) for line in bytes(response.body).splitlines()]


async def test_each_line_is_answered_in_its_place_whatever_its_neighbours_are():
    done = []

    async def do(asked):
        done.extend(asked)
        return [name if name == "plum" else JarFull() for name in asked]

    lines = await answered(do)
    assert [line["line"] for line in lines] == [1, 2, 3, 4, 5, 6]
    codes = [line.get("code") for line in lines]
    assert codes == [None, "malformed", "jar_full", "invalid", "too_large", "jar_full"]
    assert lines[0] == {"line": 1, "status": 201, "name": "plum"}
    assert done == ["plum", "fig"]


async def test_what_is_done_is_done_at_once_and_a_fault_is_nobodys_answer():
    async def do(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await answered(do)
