"""Whoever walks a saga may die, be overtaken or fail; leases say who goes on."""

import asyncio

import pytest
import pytest_asyncio

from chassis import failpoints, leases
from chassis.saga import STEPS_MAX, Walk, recover, walk
from chassis.testing.stage import START
from chassis.tx import Cause
from tests.chassis.parcels import MAKE, TAKE, WRITE, Parcel, Post, Step, keep, saga_of

CAUSE = Cause(request_id="test", actor="test")
LONG_S = 60.0
LAPSE = "UPDATE parcel SET next_attempt_at = '2000-01-01' WHERE next_attempt_at IS NOT NULL"


@pytest_asyncio.fixture(loop_scope="session")
async def post(stage):
    async with stage.begin() as tx:
        await tx.execute("make_parcels", MAKE)
        await tx.execute("no_parcels", "DELETE FROM parcel")
    return Post()


async def written(stage, *names):
    async with stage.begin() as tx:
        for name in names:
            await tx.execute("write", WRITE, name=name, lease_s=leases.LEASE_S)


async def states(stage):
    rows = await stage.rows("SELECT name, state, kept FROM parcel ORDER BY name")
    return [tuple(row) for row in rows]


async def walked(stage, post, name, within_s=LONG_S):
    by = Walk(stage.process.work, CAUSE, keep, within_s, START)
    return await walk(saga_of(post), by, Parcel(name))


async def test_a_walk_goes_on_to_its_end_and_keeps_the_answer(stage, post):
    await written(stage, "a", "b")
    post.answers.update({"a": [Step.SEND, Step.DELIVER], "b": [Step.RETURN]})
    assert (await walked(stage, post, "a")).state == "delivered"
    assert (await walked(stage, post, "b")).state == "returned"
    assert post.asked == ["a", "a", "b"]
    assert await states(stage) == [("a", "delivered", "delivered"), ("b", "returned", "returned")]


async def test_an_end_and_its_answer_are_kept_together_or_not_at_all(stage, post):
    await written(stage, "unwanted")
    post.answers["unwanted"] = [Step.DELIVER]
    with pytest.raises(AssertionError):
        await walked(stage, post, "unwanted")
    assert await states(stage) == [("unwanted", "decided", None)]


async def test_who_is_overtaken_tells_how_it_stands_and_keeps_nothing(stage, post):
    await written(stage, "a")
    post.answers["a"] = [Step.RETURN]
    await walked(stage, post, "a")
    post.answers["a"] = [Step.DELIVER]
    assert (await walked(stage, post, "a")).state == "returned"
    assert await states(stage) == [("a", "returned", "returned")]


@pytest.mark.parametrize("said", [Step.WAIT, Step.SEND], ids=["nothing known", "and again"])
async def test_where_nothing_more_is_known_it_stays_open(stage, post, said):
    await written(stage, "a")
    post.answers["a"] = [said]
    assert (await walked(stage, post, "a")).is_open
    assert len(post.asked) == (1 if said is Step.WAIT else STEPS_MAX)
    assert await states(stage) == [("a", "decided", None)]


async def test_nobody_is_called_when_the_time_is_over(stage, post):
    await written(stage, "a")
    assert (await walked(stage, post, "a", within_s=0.0)).is_open
    assert post.asked == []


async def test_a_lost_race_leaves_the_row_for_whoever_comes_next(stage, post):
    await written(stage, "raced")
    post.answers["raced"] = [Step.DELIVER]
    assert (await walked(stage, post, "raced")).is_open
    assert await states(stage) == [("raced", "decided", None)]


async def test_a_walk_that_fails_ends_no_other_and_is_told(stage, post):
    names = ["a", "b", "broken"]
    await written(stage, *names)
    post.answers.update({name: [Step.DELIVER] for name in names})
    async with stage.begin() as tx:
        await tx.execute("lapse", LAPSE)
    with pytest.raises(ZeroDivisionError):
        await recover(saga_of(post), stage.process.work, CAUSE, keep, 8)
    ended = [("a", "delivered", "delivered"), ("b", "delivered", "delivered")]
    assert await states(stage) == [*ended, ("broken", "decided", None)]


async def test_what_is_in_hand_is_taken_by_nobody_else_until_its_lease_is_over(stage, post):
    await written(stage, "a", "b", "c")
    rounds = [recover(saga_of(post), stage.process.work, CAUSE, keep, 8) for _ in range(2)]
    assert await asyncio.gather(*rounds) == [0, 0]
    post.answers.update({name: [Step.WAIT] for name in "abc"})
    async with stage.begin() as tx:
        await tx.execute("lapse", LAPSE)
    rounds = [recover(saga_of(post), stage.process.work, CAUSE, keep, 2) for _ in range(3)]
    assert sum(await asyncio.gather(*rounds)) == 3
    assert sorted(post.asked) == ["a", "b", "c"]


async def test_each_lease_is_longer_until_it_is_long_enough(stage, post):
    await written(stage, *"abcdef")
    async with stage.begin() as tx:
        await tx.execute("lapse", LAPSE)
        await tx.execute("tire", "UPDATE parcel SET attempts = ascii(name) - ascii('a')")
        taken = await leases.take(tx, "take", TAKE, 8)
    ends = sorted(row.next_attempt_at for row in taken)
    assert [round((end - ends[0]).total_seconds()) for end in ends] == [0, 1, 3, 7, 9, 9]


def test_a_saga_names_a_failpoint_around_each_step():
    saga_of(Post())
    around = {
        f"parcel.{when}_{step}" for when in ("before", "after") for step in ("send", "return")
    }
    assert {"parcel.after_decision", "parcel.after_claim", *around} <= failpoints.NAMES
    assert "parcel.before_wait" not in failpoints.NAMES
