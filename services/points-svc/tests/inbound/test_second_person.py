"""Adjustments above a value wait for a second person."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from contracts.events.points import PointsAdjusted
from points_testing.desk import START, Desk
from points_testing.moving import member_with, offer

DAY = timedelta(days=1)


@pytest_asyncio.fixture(loop_scope="session")
async def finance(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """The second person."""
    async with desk.stage.client("points:approve", "points:read", source="finance") as caller:
        yield caller


@pytest.fixture
async def member(desk: Desk) -> str:
    """Somebody with 110 points, in a programme where more than 100 need a second person."""
    await offer(desk, adjustments={"second_person_above": 100})
    return await member_with(desk, "100.00")


async def ask(desk: Desk, member: str, points: int, key: str = "", **more: object):
    headers = {"Idempotency-Key": key or str(uuid4())}
    body = {"points": points, "reason": "Reklamation Müller", "reason_code": "goodwill", **more}
    return await desk.api.post(f"/v1/points/{member}/adjustments", json=body, headers=headers)


def path(asked: httpx.Response, verb: str = "") -> str:
    """Where what was asked is shown, or decided."""
    body = asked.json()
    return f"/v1/points/{body['member_id']}/adjustments/{body['adjustment_id']}{verb}"


@pytest.mark.parametrize("points", [100, -100])
async def test_up_to_the_value_one_person_is_enough(desk: Desk, member: str, points: int):
    assert (await ask(desk, member, points)).status_code == 201
    assert await desk.available(member) == 110 + points


@pytest.mark.parametrize("points", [101, -101])
async def test_above_the_value_nothing_moves_until_another_person_agrees(
    desk: Desk, finance: httpx.AsyncClient, member: str, points: int
):
    key = str(uuid4())
    asked, again = await ask(desk, member, points, key), await ask(desk, member, points, key)
    assert (asked.status_code, again.status_code) == (202, 202)
    assert again.json() == asked.json()
    waits = {"state": "waiting", "points": points, "asked_by": "key:till0", "decided_by": None}
    assert asked.json() | waits == asked.json()
    assert await desk.available(member) == 110
    posted = await finance.post(path(asked, "/approve"))
    assert (posted.status_code, posted.json()["state"]) == (200, "posted")
    assert await desk.available(member) == 110 + points
    repeated = await finance.post(path(asked, "/approve"))
    assert (repeated.status_code, repeated.json()) == (200, posted.json())
    assert repeated.headers["idempotent-replayed"] == "true"
    assert await desk.available(member) == 110 + points
    assert (await finance.get(path(asked))).json() == posted.json()
    assert await desk.books_balance()


async def test_I17_both_persons_stand_in_the_posting(
    desk: Desk, finance: httpx.AsyncClient, member: str
):
    asked = await ask(desk, member, 500)
    posted = (await finance.post(path(asked, "/approve"))).json()
    decision = (await desk.why(member, posted["posting_id"]))["decision"]
    assert decision["actor"] == asked.json()["asked_by"] == "key:till0"
    assert decision["approved_by"] == posted["decided_by"]
    assert decision["approved_by"].startswith("key:finance")
    assert decision["reason"] == "Reklamation Müller"
    said = [e for e in await desk.stage.said() if isinstance(e, PointsAdjusted)][-1]
    assert (said.points, said.reason, said.actor) == (500, "goodwill", "key:till0")


async def test_who_asked_is_never_the_second_person(desk: Desk, member: str):
    asked = await ask(desk, member, 500)
    for verb in ("/approve", "/reject"):
        refused = await desk.api.post(path(asked, verb))
        assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
    assert (await desk.api.get(path(asked))).json() == asked.json()
    assert await desk.available(member) == 110


async def test_what_was_rejected_is_never_posted(
    desk: Desk, finance: httpx.AsyncClient, member: str
):
    asked = await ask(desk, member, 500)
    for _ in range(2):
        rejected = await finance.post(path(asked, "/reject"))
        assert (rejected.status_code, rejected.json()["state"]) == (200, "rejected")
    refused = await finance.post(path(asked, "/approve"))
    assert refused.json() | {"code": "adjustment_not_waiting", "state": "rejected"} == (
        refused.json()
    )
    assert await desk.available(member) == 110


async def test_what_nobody_decides_lapses_by_its_date(
    desk: Desk, finance: httpx.AsyncClient, member: str
):
    await offer(desk, adjustments={"second_person_above": 0, "lapse_after_days": 2})
    asked = await ask(desk, member, 1)
    assert asked.json()["lapses_at"] == "2026-04-03T00:00:00Z"
    desk.at(START + 2 * DAY)
    assert (await finance.get(path(asked))).json()["state"] == "lapsed"
    for verb in ("/approve", "/reject"):
        assert (await finance.post(path(asked, verb))).json()["state"] == "lapsed"
    assert asked.json()["adjustment_id"] not in await waiting(finance)


async def waiting(finance: httpx.AsyncClient, limit: int = 2) -> list[str]:
    """The ids of what waits, over all pages."""
    found: list[str] = []
    page = {"limit": str(limit)}
    for _ in range(100):
        answer = (await finance.get("/v1/points:adjustments", params=page)).json()
        found += [item["adjustment_id"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            return found
        page["cursor"] = answer["next_cursor"]
    raise AssertionError("pages without end")


async def test_what_waits_is_listed_oldest_first_until_it_is_decided(
    desk: Desk, finance: httpx.AsyncClient, member: str
):
    asked = []
    for n in range(5):
        desk.at(START + timedelta(minutes=n))
        asked.append(await ask(desk, member, 200 + n))
    names = [one.json()["adjustment_id"] for one in asked]
    assert [name for name in await waiting(finance) if name in names] == names
    await finance.post(path(asked[0], "/approve"))
    await finance.post(path(asked[1], "/reject"))
    assert [name for name in await waiting(finance) if name in names] == names[2:]


async def test_a_decision_that_the_points_do_not_allow_leaves_it_waiting(
    desk: Desk, finance: httpx.AsyncClient, member: str
):
    asked = await ask(desk, member, -111)
    refused = await finance.post(path(asked, "/approve"))
    assert refused.json() | {"code": "points_insufficient", "available": 110} == refused.json()
    assert (await finance.get(path(asked))).json()["state"] == "waiting"
    await ask(desk, member, 1)
    assert (await finance.post(path(asked, "/approve"))).status_code == 200
    assert await desk.available(member) == 0


async def test_two_second_persons_at_once_post_once(
    desk: Desk, finance: httpx.AsyncClient, member: str
):
    asked = await ask(desk, member, 500)
    async with desk.stage.client("points:approve", source="board") as board:
        both = [caller.post(path(asked, "/approve")) for caller in (finance, board) * 4]
        answers = await asyncio.gather(*both)
    assert {answer.status_code for answer in answers} <= {200, 409, 503}
    assert sum("idempotent-replayed" not in a.headers for a in answers if a.is_success) == 1
    assert await desk.available(member) == 610
    assert await desk.books_balance()


async def test_what_cannot_wait_is_refused_when_it_is_asked(desk: Desk, member: str):
    unknown = await ask(desk, str(uuid4()), 500)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "member_not_found")
    growth = await ask(desk, member, 500, point_type="growth")
    assert growth.json()["code"] == "point_type_not_burnable"
    unseen = await desk.api.get(f"/v1/points/{member}/adjustments/{uuid4()}")
    assert (unseen.status_code, unseen.json()["code"]) == (404, "adjustment_not_found")
    unseen = await desk.api.post(f"/v1/points/{member}/adjustments/{uuid4()}/approve")
    assert (unseen.status_code, unseen.json()["code"]) == (404, "adjustment_not_found")


async def test_what_was_decided_is_final_for_a_superuser_too(
    desk: Desk, finance: httpx.AsyncClient, member: str
):
    asked = await ask(desk, member, 500)
    await finance.post(path(asked, "/reject"))
    with pytest.raises(Exception, match="never changed"):
        await desk.stage.rows(
            "UPDATE waiting_adjustment SET points = 1 WHERE adjustment_id = :a",
            a=asked.json()["adjustment_id"],
        )


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"second_person_above": -1},
        {"second_person_above": 1, "lapse_after_days": 0},
        {"second_person_above": 1, "lapse_after_days": 366},
        {"second_person_above": "1"},
        {"second_person_above": 1, "third": 1},
    ],
    ids=str,
)
async def test_terms_of_two_persons_that_say_too_little_or_too_much(
    desk: Desk, terms: dict[str, object]
):
    settings = (await desk.api.get("/v1/points-svc/programme")).json()
    settings.pop("version")
    put = await desk.api.put("/v1/points-svc/programme", json={**settings, "adjustments": terms})
    assert (put.status_code, put.json()["code"]) == (422, "invalid")
