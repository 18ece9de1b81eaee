"""Writes that go together in one statement."""

import pytest

from chassis import failpoints
from chassis.parts import Part, appending

JARS = "SELECT name, beans FROM jar ORDER BY name"
FILL = "UPDATE jar SET beans = beans + :more WHERE name = :name"


@pytest.fixture(autouse=True)
async def empty(stage):
    await stage.rows("DELETE FROM jar")


async def test_writes_go_together_and_each_says_how_many_rows_it_wrote(stage):
    async with stage.begin() as tx:
        await tx.together("place", [appending("jar", ("name", "beans"), [("a", 1), ("b", 2)])])
        written = await tx.together(
            "fill",
            [
                Part(FILL, {"name": "a", "more": 10}),
                Part(FILL, {"name": "nobody's", "more": 10}),
                appending("jar", ("name", "beans"), [("b", 9), ("c", 3)], unless_there=True),
            ],
        )
    assert written == (1, 0, 1)
    assert [tuple(row) for row in await stage.rows(JARS)] == [("a", 11), ("b", 2), ("c", 3)]


async def test_none_of_them_sees_what_another_writes(stage):
    async with stage.begin() as tx:
        written = await tx.together(
            "place_and_fill",
            [
                appending("jar", ("name", "beans"), [("d", 1)]),
                Part(FILL, {"name": "d", "more": 10}),
            ],
        )
    assert written == (1, 0)


async def test_together_they_pass_one_failpoint_and_leave_nothing(stage):
    failpoints.arm("sql.place=error")
    try:
        with pytest.raises(failpoints.FailpointError):
            async with stage.begin() as tx:
                await tx.together("place", [appending("jar", ("name", "beans"), [("e", 1)])])
    finally:
        failpoints.arm("")
    assert await stage.rows(JARS) == []
