"""What a channel sees of what others decided, and of whom others let in (I19)."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest_asyncio

from points_testing.desk import Desk
from points_testing.moving import offer
from points_testing.pooling import Family, family

UNSEEN = {"actor": None, "request_id": None, "name": None, "approved_by": None}


@pytest_asyncio.fixture(loop_scope="session")
async def web(desk: Desk) -> AsyncIterator[Desk]:
    """Another channel at the same doors."""
    async with desk.stage.client("points:redeem", "points:read", source="web") as caller:
        yield Desk(desk.stage, caller)


async def decision(desk: Desk, member: str, posting_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.why(member, posting_id))["decision"]
    return found


async def test_I19_a_channel_sees_the_code_of_an_adjustment_and_no_person(desk: Desk, web: Desk):
    member = await desk.enroll()
    made = await desk.api.post(
        f"/v1/points/{member}/adjustments",
        json={"points": 50, "reason": "Frau Weber rief an", "reason_code": "goodwill"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    posting_id = made.json()["posting_id"]
    assert await decision(web, member, posting_id) == {
        **UNSEEN,
        "reason": None,
        "reason_code": "goodwill",
    }
    inside = await decision(desk, member, posting_id)
    assert (inside["actor"], inside["reason"]) == ("key:till0", "Frau Weber rief an")


async def test_I19_a_channel_sees_its_own_decisions_and_the_purpose_of_others(
    desk: Desk, web: Desk
):
    member = await desk.enroll()
    await desk.give(member, 110)
    for channel, burned in ((web, 10), (desk, 20)):
        assert (await channel.burn(member, burned)).status_code == 201
    shown = {
        posting["points"]: await decision(web, member, posting["posting_id"])
        for posting in await web.postings(member)
        if posting["kind"] == "burn"
    }
    assert shown[10]["actor"] is not None
    assert shown[10]["name"] is not None
    assert shown[20] == {**UNSEEN, "reason": "test", "reason_code": ""}


async def test_I19_an_adjustment_that_waits_is_unseen_by_a_channel(desk: Desk, web: Desk):
    await offer(desk, adjustments={"second_person_above": 100})
    member = await desk.enroll()
    asked = await desk.api.post(
        f"/v1/points/{member}/adjustments",
        json={"points": 500, "reason": "goodwill"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    place = f"/v1/points/{member}/adjustments/{asked.json()['adjustment_id']}"
    unseen = await web.api.get(place)
    assert (unseen.status_code, unseen.json()["code"]) == (404, "adjustment_not_found")
    assert (await desk.api.get(place)).json()["asked_by"] == "key:till0"


def names(shown: dict[str, Any]) -> tuple[set[str], int]:
    """Who is shown by name, and how many more there are."""
    return {one["member_id"] for one in shown["members"]}, shown["others"]


async def test_I19_a_pool_that_another_channel_opened_is_seen_through_the_member_at_the_till(
    desk: Desk, web: Desk
):
    home = await family(desk, ("100.00", 1), ("50.00", 2))
    one, other = home.members
    for place in (f"/v1/pools/{home.pool_id}", f"/v1/pools/{home.pool_id}/changes"):
        unseen = await web.api.get(place)
        assert (unseen.status_code, unseen.json()["code"]) == (404, "pool_not_found")
    shown = (await web.api.get(f"/v1/points/{one}/pool")).json()
    assert (names(shown), shown["available"]) == (({one}, 1), 165)
    gathered = await Family(web, home.pool_id, home.members).gather(one, 60)
    assert (gathered.status_code, gathered.json()["moved"]) == (201, 40)
    assert [part["member_id"] for part in gathered.json()["parts"]] == [one]
    assert other not in gathered.text
    assert names(await home.shown()) == ({one, other}, 0)


async def test_I19_whom_a_channel_lets_in_it_sees_and_nobody_else(desk: Desk, web: Desk):
    home = await family(desk, ("100.00", 1))
    theirs = Family(web, home.pool_id, home.members)
    friend = await desk.enroll()
    let_in = await theirs.share(friend, 1)
    assert names(let_in.json()) == ({friend}, 1)
    assert names(await theirs.shown()) == ({friend}, 1)
    said = (await web.api.get(f"/v1/pools/{home.pool_id}/changes")).json()["items"]
    assert [(one["member_id"], one["changed_by"]) for one in said] == [(friend, None)]
    left = await theirs.leave(home.members[0])
    assert names(left.json()) == ({friend}, 0)
