"""What a channel sees of what others decided, and of whom others let in (I19)."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest_asyncio

from chassis.auth import Caller
from points_svc.domain.basis import DecisionBasis
from points_svc.domain.pools import pool_code
from points_svc.inbound.http.ledger_views import DecisionView
from points_testing.desk import Desk
from points_testing.moving import offer
from points_testing.pooling import Family, family, open_pool

OWN = ("hold", "burn", "transfer_in", "transfer_out")
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


async def decisions(desk: Desk, member: str, *kinds: str) -> list[dict[str, Any]]:
    """The decisions behind a member's postings of these kinds, as they are shown to a caller."""
    return [
        await decision(desk, member, posting["posting_id"])
        for posting in await desk.postings(member)
        if posting["kind"] in kinds
    ]


async def test_I19_of_what_was_gathered_and_burned_another_channel_sees_the_purpose_and_no_words(
    desk: Desk, web: Desk
):
    home = await family(desk, ("100.00", 1), ("50.00", 2))
    one, other = home.members
    made = await home.gather(one, 60, purpose="basket", reason="Frau Weber rief an")
    burned = await decisions(web, one, "burn")
    assert burned == [{**UNSEEN, "reason": "basket", "reason_code": ""}]
    assert (await desk.api.post(f"{home.place(made)}/cancel")).status_code == 200
    moved = await decisions(web, one, "transfer_in", "transfer_out")
    moved += await decisions(web, other, "transfer_in", "transfer_out")
    assert moved == [{**UNSEEN, "reason": None, "reason_code": "pool"}] * 4
    assert {each["reason_code"] for each in await decisions(desk, other, "transfer_out")} == {
        f"pool:{home.pool_id}"
    }


def test_I19_a_burn_that_was_posted_with_the_words_of_its_gathering_shows_none_of_them():
    posted = DecisionBasis("key:till0", "r", "n", "Frau Weber rief an", pool_code(str(uuid4())))
    channel = Caller("web0", "web", frozenset({"points:redeem", "points:read"}))
    shown = DecisionView.of(posted, "burn", channel)
    assert (shown.reason, shown.reason_code) == (None, "pool")


async def test_I19_a_channel_sees_its_decisions_with_every_key_that_it_has(desk: Desk, web: Desk):
    home = await family(desk, ("100.00", 1), ("50.00", 2))
    one = home.members[0]
    held = await web.hold(one, 10)
    assert held.status_code == 201
    assert (await web.burn(one, 20)).status_code == 201
    gathered = await Family(web, home.pool_id, home.members).gather(one, 30, reason="holiday")
    assert gathered.status_code == 201
    first = [await decisions(web, member, *OWN) for member in home.members]
    async with desk.stage.client("points:read", "points:redeem", "members:read", source="web") as k:
        second = [await decisions(Desk(desk.stage, k), member, *OWN) for member in home.members]
    assert second == first
    assert all(each["actor"] for each in (*second[0], *second[1]))


async def test_I14_a_gathering_is_answered_alike_for_ever_to_its_channel(desk: Desk, web: Desk):
    home = await family(desk, ("100.00", 1), ("50.00", 2))
    theirs = Family(web, home.pool_id, home.members)
    one, other = home.members
    name = str(uuid4())
    made = await theirs.gather(one, 60, gathering_id=name)
    assert [part["member_id"] for part in made.json()["parts"]] == [one]
    assert (await theirs.share(other, 5)).status_code == 200
    again = await theirs.gather(one, 60, gathering_id=name)
    assert (again.status_code, again.json()) == (201, made.json())
    assert (await web.api.get(theirs.place(made))).json() == made.json()
    later = await theirs.gather(one, 60)
    assert {part["member_id"] for part in later.json()["parts"]} == {one, other}
    assert (await web.api.post(f"{theirs.place(made)}/cancel")).status_code == 200
    again = await theirs.gather(one, 60, gathering_id=name)
    assert (again.status_code, again.json()) == (201, made.json())


async def test_I12_what_a_channel_said_of_a_pool_it_reads(desk: Desk):
    home = await family(desk, ("100.00", 1), ("50.00", 2), ("30.00", 1))
    one, other, third = home.members
    place = f"/v1/pools/{home.pool_id}"

    async def after(source: str, say: str) -> tuple[set[str], list[tuple[str, int | None]]]:
        """Whom a channel sees by name after it said something, and what it said."""
        async with desk.stage.client("points:redeem", "points:read", source=source) as caller:
            theirs = Family(Desk(desk.stage, caller), home.pool_id, home.members)
            if say == "gather":
                assert (await theirs.gather(one, 5)).status_code == 201
            elif say == "leave":
                assert (await theirs.leave(third)).status_code == 200
            else:
                for _ in range(2):
                    assert (await theirs.share(other, 2)).status_code == 200
            said = (await caller.get(f"{place}/changes")).json()["items"]
            changes = [(each["member_id"], each["share"]) for each in said]
            return names(await theirs.shown())[0], changes

    assert await after("web", "gather") == ({one}, [])
    assert await after("app", "leave") == (set(), [(third, None)])
    assert await after("kiosk", "share as it is") == ({other}, [(other, 2)])


async def test_I19_the_id_of_a_pool_is_its_channels_own(desk: Desk, web: Desk):
    home = await family(desk, ("100.00", 1))
    (one,) = home.members
    foreign = await open_pool(web, {one: 1}, pool_id=home.pool_id)
    assert (foreign.status_code, foreign.json()["code"]) == (422, "idempotency_key_reused")
    again = await open_pool(desk, {one: 1}, pool_id=home.pool_id)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
