"""Runs are taken one at a time, tried a few times, stopped, and forgotten (pages first)."""

import asyncio
from datetime import timedelta

import pytest_asyncio

from chassis.runs import CLAIMED_FOR, KEPT_FOR, PAGES_MAX, TRIES_MAX, Runs
from chassis.testing.stage import START
from chassis.tx import Cause

CAUSE = Cause(request_id="test", actor="test")
RECIPES: Runs[str] = Runs("recipe", of="jar", found="spoons")
MAKE = """
CREATE TABLE IF NOT EXISTS recipe (recipe_id text PRIMARY KEY, jar text NOT NULL,
    digest bytea NOT NULL, state text NOT NULL, tries integer NOT NULL DEFAULT 0,
    claimed_until timestamptz, asked_at timestamptz NOT NULL, ended_at timestamptz)
"""
MAKE_PAGES = """
CREATE TABLE IF NOT EXISTS recipe_page (recipe_id text, page integer, spoons bytea,
    PRIMARY KEY (recipe_id, page))
"""
ASK = """
INSERT INTO recipe (recipe_id, jar, digest, state, asked_at)
VALUES (:id, 'plum', '\\x01', 'waiting', :now)
"""
FIND = """
INSERT INTO recipe_page (recipe_id, page, spoons)
SELECT :id, n, convert_to(n::text, 'UTF8') FROM generate_series(1, :pages) n
"""


@pytest_asyncio.fixture(loop_scope="session")
async def kitchen(stage):
    stage.at(START)
    async with stage.begin() as tx:
        for name, sql in (("make", MAKE), ("make_pages", MAKE_PAGES)):
            await tx.execute(name, sql)
        await tx.execute("no_recipe", "DELETE FROM recipe")
        await tx.execute("no_page", "DELETE FROM recipe_page")
    return stage


async def asked(stage, *names, pages=0):
    async with stage.begin() as tx:
        for name in names:
            await tx.execute("ask", ASK, id=name, now=tx.now)
            await tx.execute("find", FIND, id=name, pages=pages)


async def taken(stage):
    async with stage.begin() as tx:
        return await RECIPES.take(tx)


async def state_of(stage, name):
    (row,) = await stage.rows("SELECT state FROM recipe WHERE recipe_id = :id", id=name)
    return row.state


async def test_each_run_is_in_one_hand_at_a_time(kitchen):
    await asked(kitchen, "a", "b")
    found = await asyncio.gather(*(taken(kitchen) for _ in range(3)))
    assert sorted(one for one in found if one) == [("a", "plum", 0), ("b", "plum", 0)]
    assert await taken(kitchen) is None


async def test_a_round_that_is_lost_is_tried_again_and_at_last_given_up(kitchen):
    await asked(kitchen, "a")
    tries = []
    for n in range(TRIES_MAX + 1):
        kitchen.at(START + n * CLAIMED_FOR)
        tries.append((await taken(kitchen)).tries)
    assert tries == list(range(TRIES_MAX + 1))
    assert await state_of(kitchen, "a") == "failed"
    kitchen.at(START + (TRIES_MAX + 1) * CLAIMED_FOR)
    assert await taken(kitchen) is None


async def test_what_is_stopped_is_neither_open_nor_taken_nor_stopped_again(kitchen):
    await asked(kitchen, "a", "b")
    async with kitchen.begin() as tx:
        assert [await RECIPES.cancel(tx, "a") for _ in range(2)] == [True, False]
        assert await RECIPES.opened(tx) == [("b", "plum", b"\x01")]
    assert (await taken(kitchen)).run_id == "b"
    assert await taken(kitchen) is None


async def test_what_was_found_is_given_out_in_its_order_whatever_its_length(kitchen):
    await asked(kitchen, "a", pages=2 * PAGES_MAX + 1)
    await asked(kitchen, "b", pages=PAGES_MAX)
    work = kitchen.process.work
    for name, pages in (("a", 2 * PAGES_MAX + 1), ("b", PAGES_MAX), ("c", 0)):
        found = [int(page) async for page in RECIPES.pages(work, CAUSE, name)]
        assert found == list(range(1, pages + 1))


async def test_what_ended_long_ago_is_forgotten_in_parts_and_nothing_else(kitchen):
    await asked(kitchen, "a", "b", pages=3)
    async with kitchen.begin() as tx:
        await RECIPES.cancel(tx, "a")
    kitchen.at(START + KEPT_FOR + timedelta(seconds=1))
    dropped = []
    for _ in range(4):
        async with kitchen.begin() as tx:
            dropped.append(await RECIPES.forget(tx, 2))
    assert dropped == [2, 1, 1, 0]
    assert (await kitchen.counts())["recipe_page"] == 3
    assert await state_of(kitchen, "b") == "waiting"
