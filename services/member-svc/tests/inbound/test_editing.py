"""A member is edited by several people: who names the version they read loses nobody's change."""

import asyncio

import pytest


@pytest.fixture
async def member(api, shop):
    """The path of someone who has just joined."""
    return f"/v1/members/{await shop.member_id()}"


async def tag(api, member):
    return (await api.get(member)).headers["ETag"]


async def test_a_member_is_edited_in_the_version_that_was_read(api, member):
    read = await tag(api, member)
    change = {"profile": {"name": "Ada"}}
    changed = await api.patch(member, json=change, headers={"If-Match": read})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == await tag(api, member) != read
    late = await api.patch(member, json={"profile": {"name": "Eve"}}, headers={"If-Match": read})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    shown = await api.post(f"{member}/reveal", json={"reason": "test"})
    assert shown.json()["profile"]["name"] == "Ada"


async def test_a_change_that_the_mask_hides_changes_the_tag(api, member):
    await api.patch(member, json={"profile": {"name": "Ada"}})
    before, shown = await tag(api, member), (await api.get(member)).json()
    await api.patch(member, json={"profile": {"name": "Anna"}})
    assert (await api.get(member)).json() == shown
    assert await tag(api, member) != before


async def test_what_changes_nothing_keeps_the_tag(api, member):
    consent = {"purpose": "newsletter", "version": "3"}
    change = {"profile": {"name": "Ada"}, "consents": [consent]}
    await api.patch(member, json=change)
    before = await tag(api, member)
    await api.patch(member, json=change, headers={"If-Match": before})
    assert await tag(api, member) == before


async def test_a_consent_and_an_identifier_are_part_of_what_is_shown(api, member, shop):
    tags = [await tag(api, member)]
    await api.patch(member, json={"consents": [{"purpose": "newsletter", "version": "3"}]})
    tags.append(await tag(api, member))
    card = {"kind": "card", "value": shop.ref() + "-00000000"}
    linked = await api.post(f"{member}/identifiers", json=card)
    tags.append(await tag(api, member))
    app = {"kind": "app", "value": shop.ref() + "-00000000"}
    assert (await api.post("/v1/members", json={"identifiers": [card, app]})).status_code == 200
    tags.append(await tag(api, member))
    await api.delete(f"{member}/identifiers/{linked.json()['identifier_id']}")
    tags.append(await tag(api, member))
    assert len(set(tags)) == 5


async def test_nobody_is_not_found_whatever_version_is_meant(api, shop):
    change = {"profile": {"name": "Ada"}}
    nobody = await api.patch("/v1/members/nobody", json=change, headers={"If-Match": '"1"'})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")


async def test_an_if_match_that_is_no_tag_is_malformed(api, member):
    refused = await api.patch(member, json={"profile": {}}, headers={"If-Match": "1"})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


async def test_of_two_edits_of_one_version_at_once_one_is_refused(api, member):
    held = {"If-Match": await tag(api, member)}
    names = [f"Ada {number}" for number in range(6)]
    answers = await asyncio.gather(
        *(api.patch(member, json={"profile": {"name": n}}, headers=held) for n in names)
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


async def test_the_programme_is_edited_in_the_version_that_was_read(api, shop):
    read = await api.get("/v1/member-svc/programme")
    held = {"If-Match": read.headers["ETag"]}
    settings = {name: value for name, value in read.json().items() if name != "version"}
    changed = settings | {"claim_window_days": settings["claim_window_days"] + 1}
    path = "/v1/member-svc/programme"
    assert (await api.put(path, json=changed, headers=held)).status_code == 200
    late = await api.put(path, json=settings, headers=held)
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
