"""Writes that go together in one statement."""

import pytest
from asyncpg import UniqueViolationError

from chassis import failpoints
from chassis.parts import Part, appending

JARS = "SELECT name, beans FROM jar ORDER BY name"
COLUMNS = ("name", "beans")
OFFER = "INSERT INTO jar (name, beans) VALUES (:name, :beans) ON CONFLICT DO NOTHING"
FILL = "UPDATE jar SET beans = beans + :more WHERE name = :name"


@pytest.fixture(autouse=True)
async def empty(stage):
    await stage.rows("DELETE FROM jar")


async def test_writes_go_together_and_each_says_how_many_rows_it_wrote(stage):
    async with stage.begin() as tx:
        await tx.together("place", [appending("jar", COLUMNS, row) for row in (("a", 1), ("b", 2))])
        written = await tx.together(
            "fill",
            [
                Part(FILL, {"name": "a", "more": 10}),
                Part(FILL, {"name": "nobody's", "more": 10}),
                Part(OFFER, {"name": "b", "beans": 9}),
                Part(OFFER, {"name": "c", "beans": 3}),
            ],
        )
    assert written == (1, 0, 0, 1)
    assert [tuple(row) for row in await stage.rows(JARS)] == [("a", 11), ("b", 2), ("c", 3)]


async def test_none_of_them_sees_what_another_writes(stage):
    async with stage.begin() as tx:
        written = await tx.together(
            "place_and_fill",
            [
                appending("jar", COLUMNS, ("d", 1)),
                Part(FILL, {"name": "d", "more": 10}),
            ],
        )
    assert written == (1, 0)


async def test_what_waits_is_written_where_every_guard_wrote_and_hits_no_key_where_one_did_not(
    stage,
):
    await stage.rows("INSERT INTO jar VALUES ('a', 1), ('b', 2)")

    async def place(guard: str, name: str) -> tuple[int, ...]:
        async with stage.begin() as tx:
            guards = [Part(FILL, {"name": one, "more": 10}) for one in ("a", guard)]
            placed = appending("jar", COLUMNS, (name, 5))
            return await tx.together("place", [*guards, placed], guards=2)

    assert await place("b", "c") == (1, 1, 1)
    assert await place("nobody's", "d") == (1, 0, 0)
    assert await place("nobody's", "c") == (1, 0, 0)
    with pytest.raises(UniqueViolationError):
        await place("b", "c")
    assert [row.name for row in await stage.rows(JARS)] == ["a", "b", "c"]


async def test_together_they_pass_one_failpoint_and_leave_nothing(stage):
    failpoints.arm("sql.place=error")
    try:
        with pytest.raises(failpoints.FailpointError):
            async with stage.begin() as tx:
                await tx.together("place", [appending("jar", COLUMNS, ("e", 1))])
    finally:
        failpoints.arm("")
    assert await stage.rows(JARS) == []
