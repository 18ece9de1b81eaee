"""Holds and burns are their channel's own: no other key sees, ends or pre-empts them (I19)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase


@pytest_asyncio.fixture(loop_scope="session")
async def web(desk: Desk) -> AsyncIterator[Desk]:
    """Another channel at the same doors."""
    async with desk.stage.client("points:redeem", "points:read", source="web") as caller:
        yield Desk(desk.stage, caller)


@pytest.fixture
async def member(desk: Desk) -> str:
    """Somebody with 110 points."""
    found = await desk.enroll()
    await desk.stage.deliver(of(found, purchase(found, START, "100.00")))
    return found


def told(answer: httpx.Response) -> tuple[int, str]:
    """The status, and the state or code."""
    body = answer.json()
    return answer.status_code, body.get("code") or body["state"]


async def test_I19_another_channels_hold_is_unseen(desk: Desk, web: Desk, member: str):
    hold_id = (await desk.hold(member, 50)).json()["hold_id"]
    hold = f"/v1/points/{member}/holds/{hold_id}"
    assert told(await web.api.post(f"{hold}/capture")) == (404, "hold_not_found")
    assert told(await web.api.get(hold)) == (404, "hold_not_found")
    assert told(await web.api.post(f"{hold}/release")) == (200, "released")
    cancel = f"/v1/points/{member}/burns/{hold_id}/cancel"
    assert told(await web.api.post(cancel)) == (200, "cancelled")
    assert await desk.account(member) == {"available": 60, "held": 50, "pending": 0, "deficit": 0}
    assert told(await desk.api.post(f"{hold}/capture")) == (200, "captured")
    assert await desk.books_balance()


async def test_I19_a_tombstone_of_another_channel_refuses_nothing(
    desk: Desk, web: Desk, member: str
):
    hold_id, burn_id = str(uuid4()), str(uuid4())
    await web.api.post(f"/v1/points/{member}/holds/{hold_id}/release")
    await web.api.post(f"/v1/points/{member}/burns/{hold_id}/cancel")
    await web.api.post(f"/v1/points/{member}/burns/{burn_id}/cancel")
    assert told(await desk.hold(member, 50, hold_id=hold_id)) == (201, "open")
    assert told(await desk.burn(member, 10, burn_id=burn_id)) == (201, "burned")
    capture = f"/v1/points/{member}/holds/{hold_id}/capture"
    assert told(await desk.api.post(capture)) == (200, "captured")
    assert told(await web.hold(member, 50, hold_id=hold_id)) == (409, "hold_released")


async def test_I19_a_name_that_another_channel_took_first_is_free(
    desk: Desk, web: Desk, member: str
):
    name = str(uuid4())
    assert told(await web.hold(member, 10, hold_id=name, lapse_after_s=60)) == (201, "open")
    assert told(await desk.burn(member, 5, burn_id=name)) == (201, "burned")
    other = str(uuid4())
    assert told(await web.burn(member, 10, burn_id=other)) == (201, "burned")
    assert told(await desk.hold(member, 20, hold_id=other, lapse_after_s=60)) == (201, "open")
    burn = f"/v1/points/{member}/burns"
    assert told(await web.api.get(f"{burn}/{name}")) == (404, "burn_not_found")
    assert told(await web.api.post(f"{burn}/{other}/cancel")) == (200, "cancelled")
    assert (await desk.account(member))["held"] == 30
    desk.at(START + timedelta(seconds=60))
    await desk.stage.run_job("lapse_holds")
    assert await desk.account(member) == {"available": 105, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


async def test_I19_captures_of_one_name_end_each_channels_own(desk: Desk, web: Desk, member: str):
    name = str(uuid4())
    for channel, points in ((desk, 30), (web, 20)):
        assert told(await channel.hold(member, points, hold_id=name)) == (201, "open")
    hold, burn = (f"/v1/points/{member}/{kind}/{name}" for kind in ("holds", "burns"))
    assert told(await web.api.post(f"{hold}/capture")) == (200, "captured")
    assert told(await desk.api.get(hold)) == (200, "open")
    assert told(await desk.api.post(f"{hold}/capture")) == (200, "captured")
    assert told(await web.api.post(f"{burn}/cancel")) == (200, "cancelled")
    assert told(await desk.api.get(burn)) == (200, "burned")
    assert await desk.available(member) == 80
    assert await desk.books_balance()


async def test_who_can_only_read_sees_the_holds_and_burns_of_every_channel(
    desk: Desk, web: Desk, member: str
):
    name = str(uuid4())
    await desk.api.post(f"/v1/points/{member}/holds/{name}/release")
    await web.hold(member, 20, hold_id=name)
    async with desk.stage.client("points:read", source="staff") as staff:
        assert told(await staff.get(f"/v1/points/{member}/holds/{name}")) == (200, "open")
        await web.api.post(f"/v1/points/{member}/holds/{name}/capture")
        assert told(await staff.get(f"/v1/points/{member}/burns/{name}")) == (200, "burned")
        unseen = await staff.get(f"/v1/points/{member}/burns/{uuid4()}")
        assert told(unseen) == (404, "burn_not_found")
