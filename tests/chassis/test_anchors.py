"""Heads kept outside the database: what stands there stays, and a torn line costs nothing."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from chassis.anchors import HEADS_MAX, Anchors, Head
from chassis.spoken import Reached, spoken
from contracts.events.members import MemberEnrolled
from contracts.ids import EventId, MemberId

AT = datetime(2026, 3, 1, tzinfo=UTC)


def head(key, position, digest=None):
    return Head(key, "jar", position, digest or sha256(f"{key}{position}".encode()).digest())


@pytest.fixture
def anchors(tmp_path):
    return Anchors(tmp_path / "anchors")


def lines(tmp_path):
    return [json.loads(x) for x in (tmp_path / "anchors" / "anchors.log").read_text().splitlines()]


async def test_heads_are_found_by_their_keys_in_order(anchors):
    await anchors.keep(AT, [head("b", 2), head("a", 1), head("c", 9)])
    await anchors.keep(AT, [head("a", 4)])
    found = await anchors.between(("", ""), ("b", "~"))
    assert found == [head("a", 1), head("a", 4), head("b", 2)]
    assert await anchors.between(("a", "~"), ("b", "~")) == [head("b", 2)]


async def test_what_is_kept_is_never_replaced(anchors):
    await anchors.keep(AT, [head("a", 1)])
    await anchors.keep(AT, [head("a", 1, bytes(32))])
    assert await anchors.between(("", ""), ("~", "~")) == [head("a", 1)]


async def test_of_a_chain_the_newest_heads_are_kept(anchors):
    for n in range(1, HEADS_MAX + 10):
        await anchors.keep(AT, [head("a", n)])
    found = await anchors.between(("", ""), ("~", "~"))
    assert [one.position for one in found] == list(range(10, HEADS_MAX + 10))


async def test_each_line_of_the_log_is_linked_to_the_one_before(anchors, tmp_path):
    made = [await anchors.keep(AT + timedelta(minutes=n), [head("a", n)]) for n in (1, 2, 3)]
    link = bytes(32)
    for line, anchor in zip(lines(tmp_path), made, strict=True):
        said = f"{line['anchor']}\0{line['at']}\0".encode() + bytes.fromhex(line["root"])
        link = sha256(link + said).digest()
        assert (line["link"], anchor.link) == (link.hex(), link)
    assert [line["anchor"] for line in lines(tmp_path)] == [1, 2, 3]


async def test_a_line_that_a_crash_tore_is_begun_again(anchors, tmp_path):
    first = await anchors.keep(AT, [head("a", 1)])
    with (tmp_path / "anchors" / "anchors.log").open("ab") as log:
        log.write(b'{"anchor": 2, "at": "20')
    second = await anchors.keep(AT, [head("a", 2)])
    assert (first.number, second.number) == (1, 2)
    assert [line["anchor"] for line in lines(tmp_path)] == [1, 2]


async def test_without_a_folder_nothing_is_kept_outside():
    nowhere = Anchors()
    assert (await nowhere.keep(AT, [head("a", 1)])).heads == 1
    assert (nowhere.is_outside, await nowhere.between(("", ""), ("~", "~"))) == (False, [])


def enrolled(name):
    return MemberEnrolled(
        event_id=EventId(name),
        member_id=MemberId(name),
        occurred_at=AT,
        recorded_at=AT,
        version="1",
        enrolled_at=AT,
    )


async def test_who_was_spoken_of_is_told_once_also_where_a_commit_comes_late(stage):
    async def say(name):
        async with stage.begin() as tx:
            tx.emit(enrolled(name))

    async def hear(before):
        async with stage.begin() as tx:
            return await spoken(tx, before, 500)

    await say("first")
    start = await hear(Reached())
    assert {"first"} <= start.keys
    number, writing, done = (
        "SELECT nextval('outbox_id_seq') AS id",
        asyncio.Event(),
        asyncio.Event(),
    )

    async def say_late():
        async with stage.begin() as tx:
            (row,) = await tx.execute("number", number)
            await tx.execute("xid", "SELECT pg_current_xact_id()")
            writing.set()
            await done.wait()
            await tx.execute(
                "late",
                "INSERT INTO outbox (id, created_at, n, records) OVERRIDING SYSTEM VALUE"
                " SELECT :id, now(), n, records FROM outbox ORDER BY id LIMIT 1",
                id=row.id,
            )

    late = asyncio.create_task(say_late())
    await writing.wait()
    await say("second")
    seen = await hear(start.reached)
    assert (seen.keys, len(seen.reached.gaps)) == (frozenset({"second"}), 1)
    assert await hear(seen.reached) == seen._replace(keys=frozenset(), rows=0)
    done.set()
    await late
    filled = await hear(seen.reached)
    assert (filled.keys, filled.reached.gaps) == (frozenset({"first"}), ())
    assert (await hear(filled.reached)).rows == 0


async def test_a_number_that_was_rolled_back_is_not_looked_for_any_more(stage):
    await stage.rows("SELECT nextval('outbox_id_seq')")
    async with stage.begin() as tx:
        tx.emit(enrolled("after"))
    async with stage.begin() as tx:
        seen = await spoken(tx, Reached(reached=1), 500)
    async with stage.begin() as tx:
        again = await spoken(tx, seen.reached, 500)
    assert seen.reached.gaps
    assert again.reached.gaps == ()
