"""The doors of segments: who is in them, from when on, and what is told of that (P5)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.events.members import SegmentEntered, SegmentLeft

DAY = timedelta(days=1)


def door(segment, member_id):
    return f"/v1/segments/{segment}/members/{member_id}"


async def told(stage, member_id):
    """What was said of a member's segments."""
    return [
        (type(event).__name__, event.segment, event.seq, event.occurred_at)
        for event in await stage.said()
        if isinstance(event, SegmentEntered | SegmentLeft) and event.member_id == member_id
    ]


async def test_P5_who_enters_and_leaves_is_told_once_each(api, shop, stage, now):
    member = await shop.member_id()
    await api.put(door("vip", member), json={})
    entered = await api.put(door("vip", member), json={})
    assert entered.status_code == 200, entered.text
    moment = now.isoformat().replace("+00:00", "Z")
    said = {"segment": "vip", "member_id": member, "is_in": True, "from": moment, "seq": 1}
    assert entered.json() == said
    stage.at(now + DAY)
    await api.delete(door("vip", member))
    left = await api.delete(door("vip", member))
    assert (left.json()["is_in"], left.json()["seq"]) == (False, 2)
    assert await told(stage, member) == [
        ("SegmentEntered", "vip", 1, now),
        ("SegmentLeft", "vip", 2, now + DAY),
    ]
    shown = (await api.get(f"/v1/members/{member}/segments")).json()["items"]
    assert shown == [left.json()]


async def test_P6_an_earlier_instant_is_said_once_more_and_covers_what_follows(
    api, shop, stage, now
):
    member = await shop.member_id()
    await api.put(door("vip", member), json={})
    early = (now - 30 * DAY).isoformat()
    again = [await api.put(door("vip", member), json={"from": early}) for _ in range(2)]
    assert [answer.json()["seq"] for answer in again] == [2, 2]
    gone = await api.delete(door("vip", member), params={"from": (now - 10 * DAY).isoformat()})
    assert (gone.json()["is_in"], gone.json()["seq"]) == (False, 3)
    assert [one[2:] for one in await told(stage, member)] == [
        (1, now),
        (2, now - 30 * DAY),
        (3, now - 10 * DAY),
    ]


async def test_a_batch_is_answered_line_by_line_whatever_its_neighbours_are(api, shop, stage):
    one, other = await shop.member_id(), await shop.member_id()
    lines = [
        {"segment": "win_back", "member_id": one},
        {"segment": "win_back", "member_id": str(uuid4())},
        {"segment": "win_back", "member_id": other, "is_in": False},
        {"segment": "Win Back", "member_id": other},
        {"segment": "win_back", "member_id": one, "is_in": False},
        {"segment": "win_back", "member_id": one},
        {"segment": "spring", "member_id": other, "from": "2026-05-01T00:00:00Z"},
        {"segment": "spring", "member_id": other, "from": "1999-05-01T00:00:00Z"},
    ]
    answers = await shop.batch(api, "/v1/segments:batch", [json.dumps(line) for line in lines])
    assert [answer["line"] for answer in answers] == list(range(1, 9))
    assert [answer["status"] for answer in answers] == [200, 404, 200, 422, 200, 200, 200, 422]
    assert [answers[n]["code"] for n in (1, 3, 7)] == ["member_not_found", "invalid", "invalid"]
    assert [(answers[n]["is_in"], answers[n]["seq"]) for n in (0, 2, 4, 5)] == [
        (True, 1),
        (False, 0),
        (False, 2),
        (True, 3),
    ]
    assert [one[:3] for one in await told(stage, one)] == [
        ("SegmentEntered", "win_back", 1),
        ("SegmentLeft", "win_back", 2),
        ("SegmentEntered", "win_back", 3),
    ]
    again = await shop.batch(api, "/v1/segments:batch", [json.dumps(lines[5])])
    assert again[0]["seq"] == 3
    alone = await api.post("/v1/segments", json=lines[5])
    assert alone.json() | {"line": 1, "status": 200} == again[0]


async def test_segments_are_listed_with_who_is_in_them(api, shop):
    members = sorted([await shop.member_id() for _ in range(3)])
    name = f"list_{members[0][:8]}"
    for member in members:
        await api.put(door(name, member), json={})
    await api.delete(door(name, members[1]))
    first = (await api.get(f"/v1/segments/{name}/members", params={"limit": 1})).json()
    assert [one["member_id"] for one in first["items"]] == members[:1]
    query = {"limit": 1, "cursor": first["next_cursor"]}
    last = (await api.get(f"/v1/segments/{name}/members", params=query)).json()
    assert ([one["member_id"] for one in last["items"]], last["next_cursor"]) == (members[2:], None)
    listed = (await api.get("/v1/segments", params={"limit": 200})).json()["items"]
    assert {"segment": name, "members": 2} in listed


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        pytest.param({"from": "2026-07-01T00:00:00Z"}, "occurred_in_future", None, id="ahead"),
        pytest.param({"from": "2025-01-01T00:00:00Z"}, "invalid", "/from", id="too late"),
        pytest.param({"from": "1969-01-01T00:00:00Z"}, "invalid", "/from", id="before 1970"),
        pytest.param({"from": "2026-05-01T00:00:00"}, "invalid", "/from", id="no offset"),
        pytest.param({"form": None}, "invalid", "/form", id="an unknown field"),
    ],
)
async def test_what_cannot_be_said_leaves_nothing(api, shop, stage, body, code, path):
    member = await shop.member_id()
    before = await stage.counts()
    refused = await api.put(door("vip", member), json=body)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, code)
    assert path is None or path in [error["path"] for error in problem["errors"]]
    assert await stage.counts() == before


async def test_of_nobody_nothing_is_said(api, shop, stage):
    before = await stage.counts()
    member = str(uuid4())
    for answer in (
        await api.put(door("vip", member), json={}),
        await api.delete(door("vip", member)),
        await api.get(f"/v1/members/{member}/segments"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
    assert (await api.put(door("No Word", member), json={})).status_code == 422
    assert await stage.counts() == before


async def test_only_who_may_sets_segments(shop, stage):
    member = await shop.member_id()
    async with stage.client("member:read", "member:write", "purchase:write") as channel:
        assert (await channel.put(door("vip", member), json={})).status_code == 403
        assert (await channel.delete(door("vip", member))).status_code == 403
        lines = json.dumps({"segment": "vip", "member_id": member})
        batch = await channel.post("/v1/segments:batch", content=lines, headers=shop.ndjson)
        assert batch.status_code == 403
        assert (await channel.get("/v1/segments/vip/members")).status_code == 200


async def test_what_was_said_is_never_changed(stage, api, shop):
    member = await shop.member_id()
    await api.put(door("vip", member), json={})
    with pytest.raises(Exception, match="never changed"):
        await stage.rows("DELETE FROM segment_said")
