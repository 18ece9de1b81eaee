"""The doors of transfers."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.events.points import PointsTransferred
from points_testing.desk import START, Desk, status_told
from points_testing.moving import member_with, offer, offer_transfers, send


@pytest.fixture
async def member(desk: Desk) -> str:
    """Somebody with 110 points, who may send them."""
    await offer_transfers(desk)
    return await member_with(desk, "100.00")


async def test_a_transfer_its_repetition_and_how_it_is_shown(desk: Desk, member: str):
    to, name = await desk.enroll(), str(uuid4())
    more = {"transfer_id": name, "reason": "For Jürgen's birthday"}
    sent = await send(desk, member, to, 50, **more)
    assert sent.status_code == 201
    assert sent.json() | {"transfer_id": name, "to_id": to, "points": 50} == sent.json()
    again = await send(desk, member, to, 50, **more)
    assert (again.status_code, again.json()) == (201, sent.json())
    assert again.headers["idempotent-replayed"] == "true"
    shown = await desk.api.get(f"/v1/points/{member}/transfers/{name}")
    assert (shown.status_code, shown.json()) == (200, sent.json())
    assert (await desk.available(member), await desk.available(to)) == (60, 50)
    why = await desk.why(member, sent.json()["posting_id"])
    decision = {"name": name, "reason": "For Jürgen's birthday"}
    assert why["decision"] | decision == why["decision"]
    said = [e for e in await desk.stage.said() if isinstance(e, PointsTransferred)][-2:]
    assert [(e.member_id, e.direction, e.other_id) for e in said] == [
        (member, "out", to),
        (to, "in", member),
    ]


async def test_P10_the_points_keep_their_end(desk: Desk, member: str):
    to = await desk.enroll()
    await send(desk, member, to, 50)
    lots = (await desk.api.get(f"/v1/points/{to}/lots")).json()["items"]
    theirs = (await desk.api.get(f"/v1/points/{member}/lots")).json()["items"]
    assert {lot["expires_at"] for lot in lots} == {
        lot["expires_at"] for lot in theirs if lot["point_type"] == "points"
    }


async def test_a_key_alone_names_a_transfer_too(desk: Desk, member: str):
    to, headers = await desk.enroll(), {"Idempotency-Key": str(uuid4())}
    path, body = f"/v1/points/{member}/transfers", {"to": to, "points": 10}
    sent = await desk.api.post(path, json=body, headers=headers)
    again = await desk.api.post(path, json=body, headers=headers)
    assert (sent.status_code, again.status_code) == (201, 201)
    assert again.json() == sent.json()
    unnamed = await desk.api.post(path, json=body)
    assert unnamed.json()["code"] == "idempotency_key_required"
    assert await desk.available(to) == 10


async def test_refusals_of_a_transfer(desk: Desk, member: str):
    to = await desk.enroll()
    before = await desk.stage.counts()
    too_much = await send(desk, member, to, 111)
    assert too_much.json() | {"code": "points_insufficient", "asked": 111} == too_much.json()
    assert (await send(desk, str(uuid4()), to, 1)).json()["code"] == "member_not_found"
    assert (await send(desk, member, str(uuid4()), 1)).json()["code"] == "recipient_not_found"
    growth = await send(desk, member, to, 1, point_type="growth")
    assert growth.json()["code"] == "point_type_not_burnable"
    assert await desk.stage.counts() == before
    name = (await send(desk, member, to, 1)).json()["transfer_id"]
    other = await send(desk, member, to, 2, transfer_id=name)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    unseen = await desk.api.get(f"/v1/points/{member}/transfers/{uuid4()}")
    assert (unseen.status_code, unseen.json()["code"]) == (404, "transfer_not_found")


async def test_P10_limits_are_of_a_day_in_the_programmes_zone(desk: Desk, member: str):
    await offer_transfers(desk, daily_points=60, daily_count=2)
    to = await desk.enroll()
    assert (await send(desk, member, to, 50)).status_code == 201
    refused = await send(desk, member, to, 11)
    numbers = {"code": "transfer_limit_reached", "limit": "daily_points", "left": 10}
    assert refused.json() | numbers == refused.json()
    assert (await send(desk, member, to, 1)).status_code == 201
    assert (await send(desk, member, to, 1)).json()["limit"] == "daily_count"
    desk.at(START + timedelta(hours=15, minutes=59))
    assert (await send(desk, member, to, 1)).status_code == 409
    desk.at(START + timedelta(hours=16))
    assert (await send(desk, member, to, 1)).status_code == 201


async def test_P10_above_a_value_a_stronger_check_is_named_and_kept(desk: Desk, member: str):
    await offer_transfers(desk, step_up_above=40)
    to = await desk.enroll()
    assert (await send(desk, member, to, 40)).status_code == 201
    refused = await send(desk, member, to, 41)
    assert refused.json() | {"code": "step_up_required", "above": 40} == refused.json()
    sent = await send(desk, member, to, 41, step_up="otp:2026-88")
    assert (sent.status_code, sent.json()["step_up"]) == (201, "otp:2026-88")


@pytest.mark.parametrize("status", ["active", "suspended", "banned", "closed"])
async def test_M9_statuses_of_both_sides_are_honoured(desk: Desk, member: str, status: str):
    other = await member_with(desk, "10.00")
    await desk.hear(status_told(other, status, 2))
    sent, got = await send(desk, other, member, 1), await send(desk, member, other, 1)
    gives, gets = status == "active", status in {"active", "suspended"}
    assert sent.status_code == (201 if gives else 409)
    assert gives or sent.json()["code"] == f"member_{status}"
    assert got.status_code == (201 if gets else 404)
    assert gets or got.json()["code"] == "recipient_not_found"


async def test_a_programme_that_says_nothing_of_transfers_offers_none(desk: Desk, member: str):
    await offer(desk)
    refused = await send(desk, member, await desk.enroll(), 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "transfers_not_offered")


async def test_I19_another_channels_transfer_is_unseen_and_its_name_is_free(
    desk: Desk, member: str
):
    to, name = await desk.enroll(), str(uuid4())
    await send(desk, member, to, 10, transfer_id=name)
    path = f"/v1/points/{member}/transfers"
    async with desk.stage.client("points:redeem", "points:read", source="web") as web:
        unseen = await web.get(f"{path}/{name}")
        assert unseen.json()["code"] == "transfer_not_found"
        body = {"transfer_id": name, "to": to, "points": 20}
        assert (await web.post(path, json=body)).status_code == 201
    async with desk.stage.client("points:read", source="staff") as staff:
        assert (await staff.get(f"{path}/{name}")).json()["points"] == 10
    assert await desk.available(to) == 30


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("points", 0),
        ("points", -1),
        ("points", 10**9 + 1),
        ("points", "5"),
        ("points", 1.5),
        ("points", True),
        ("to", ""),
        ("to", "a b"),
        ("to", None),
        ("transfer_id", "mine"),
        ("point_type", "Points"),
        ("reason", "x" * 201),
        ("reason", "\u202etxet"),
        ("step_up", "free text"),
    ],
    ids=repr,
)
async def test_a_transfer_that_cannot_be_read(desk: Desk, member: str, field: str, value: object):
    giver = await desk.enroll()
    before = await desk.stage.counts()
    body = {"transfer_id": str(uuid4()), "points": 1, "to": member, field: value}
    refused = await desk.api.post(f"/v1/points/{giver}/transfers", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert refused.json()["errors"][0]["path"] == f"/{field}"
    assert (await send(desk, giver, member, 1, unknown=1)).json()["errors"][0]["path"] == "/unknown"
    assert await desk.stage.counts() == before


async def test_nobody_sends_to_themselves(desk: Desk, member: str):
    refused = await send(desk, member, member, 1)
    assert refused.json()["errors"] == [{"path": "/to", "code": "not_allowed"}]


@pytest.mark.parametrize(
    "terms",
    [
        {"daily_points": 1, "daily_count": 1},
        {"daily_points": -1, "daily_count": 1, "step_up_above": 1},
        {"daily_points": 1, "daily_count": 1_001, "step_up_above": 1},
        {"daily_points": 1, "daily_count": 1, "step_up_above": "1"},
        {"daily_points": 1, "daily_count": 1, "step_up_above": 1, "weekly": 1},
    ],
    ids=str,
)
async def test_terms_that_say_too_little_or_too_much_are_refused(desk: Desk, terms: dict[str, int]):
    settings = (await desk.api.get("/v1/points-svc/programme")).json()
    settings.pop("version")
    put = await desk.api.put("/v1/points-svc/programme", json={**settings, "transfers": terms})
    assert (put.status_code, put.json()["code"]) == (422, "invalid")
