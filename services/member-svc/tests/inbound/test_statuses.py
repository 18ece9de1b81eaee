"""The door of a member's status: who may move it, where to, and what is answered."""

import pytest


async def test_M9_a_member_is_suspended_and_shown_so(api, shop):
    member_id = await shop.member_id()
    body = {"status": "suspended", "reason": "asked for it"}
    first = await api.post(f"/v1/members/{member_id}/status", json=body)
    again = await api.post(f"/v1/members/{member_id}/status", json=body)
    shown = await api.get(f"/v1/members/{member_id}")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json() == shown.json()
    assert shown.json()["status"] == "suspended"
    assert first.headers["ETag"] == shown.headers["ETag"]


async def test_M9_there_is_no_way_from_a_ban_to_leaving(api, shop):
    member_id = await shop.member_id()
    path = f"/v1/members/{member_id}/status"
    await api.post(path, json={"status": "banned", "reason": "fraud"})
    refused = await api.post(path, json={"status": "closed", "reason": "fraud"})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "status_unreachable")
    assert (problem["stands"], problem["asked"]) == ("banned", "closed")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param({"status": "merged", "reason": "x"}, "/status", id="not by hand"),
        pytest.param({"status": "closed"}, "/reason", id="no reason"),
        pytest.param({"status": "closed", "reason": " "}, "/reason", id="a blank reason"),
    ],
)
async def test_a_status_outside_the_limits_names_the_field(api, shop, stage, body, path):
    member_id = await shop.member_id()
    before = await stage.counts()
    refused = await api.post(f"/v1/members/{member_id}/status", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, path)
    assert await stage.counts() == before


async def test_nobody_is_nobody(api, shop):
    refused = await api.post(
        "/v1/members/nobody/status", json={"status": "closed", "reason": "left"}
    )
    assert (refused.status_code, refused.json()["code"]) == (404, "member_not_found")


async def test_I19_a_till_bans_nobody(shop, stage):
    member_id = await shop.member_id()
    async with stage.client("member:write", "purchase:write") as till:
        refused = await till.post(
            f"/v1/members/{member_id}/status", json={"status": "banned", "reason": "rude"}
        )
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
