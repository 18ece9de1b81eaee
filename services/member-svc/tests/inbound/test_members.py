"""The doors of members: enroll, look up, show, change, link, unlink, reveal."""

import pytest

PROFILE = {
    "name": "李文 Wen",
    "birthday": {"month": 2, "day": 29},
    "attributes": {"shoe-size": "42", "favourite": "oolong"},
}
CONSENT = {"purpose": "newsletter", "version": "3", "channel": "app"}


async def enrolled(api, shop, **more):
    """Someone who has just joined, with a card of their own."""
    card = {"kind": "card", "value": shop.ref().replace("-", "") + "00000000"}
    answer = await api.post("/v1/members", json={"identifiers": [card], **more})
    assert answer.status_code == 201, answer.text
    return answer.json(), card


async def test_M1_enrolment_answers_masked_and_again_with_200(api, shop):
    body = {
        "identifiers": [
            {"kind": "phone", "value": "138 1234 5678"},
            {"kind": "email", "value": "Li.Wen@Example.com"},
            {"kind": "platform:wechat", "value": "oAbC-1234567890"},
        ],
        "profile": PROFILE,
        "consents": [CONSENT],
    }
    first = await api.post("/v1/members", json=body)
    again = await api.post("/v1/members", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    found = {one["kind"]: one["masked"] for one in first.json()["identifiers"]}
    assert found == {
        "phone": "138****5678",
        "email": "l***@example.com",
        "platform:wechat": "****7890",
    }
    assert first.json()["status"] == "active"
    assert first.json()["enrolled_at"] == "2026-06-01T12:00:00Z"


async def test_M1_enrolment_can_be_backdated_but_not_into_the_future(api, shop):
    member, _ = await enrolled(api, shop, enrolled_at="2020-01-01T08:00:00+08:00")
    assert member["enrolled_at"] == "2020-01-01T00:00:00Z"
    card = {"kind": "card", "value": shop.ref()}
    ahead = {"identifiers": [card], "enrolled_at": "2026-06-01T12:05:01Z"}
    refused = await api.post("/v1/members", json=ahead)
    assert (refused.status_code, refused.json()["code"]) == (422, "occurred_in_future")


@pytest.mark.parametrize("code", ["FRIEND-7", "", 7, {}, ["FRIEND-7"]])
async def test_a_referral_is_refused_and_not_forgotten(api, shop, stage, code):
    body = {"identifiers": [{"kind": "card", "value": shop.ref() + "-00000000"}]}
    before = await stage.counts()
    refused = await api.post("/v1/members", json=body | {"referral_code": code})
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"path": "/referral_code", "code": "not_offered"}],
    )
    assert await stage.counts() == before
    joined = await api.post("/v1/members", json=body | {"referral_code": None})
    assert joined.status_code == 201


async def test_M5_identifiers_of_two_members_are_a_conflict(api, shop):
    _, ours = await enrolled(api, shop)
    _, theirs = await enrolled(api, shop)
    refused = await api.post("/v1/members", json={"identifiers": [ours, theirs]})
    assert (refused.status_code, refused.json()["code"]) == (409, "identifiers_conflict")


async def test_M2_one_phone_in_any_spelling_finds_its_member(api, shop):
    phone = {"kind": "phone", "value": "+8613912345678"}
    first = await api.post("/v1/members", json={"identifiers": [phone]})
    for spelling in ("139 1234 5678", "0086-139-1234-5678", "+86 (139) 12345678"):
        found = await api.post("/v1/members/lookup", json={"kind": "phone", "value": spelling})
        assert found.json() == first.json()
    other_kind = {"kind": "card", "value": "+8613912345678"}
    nobody = await api.post("/v1/members/lookup", json=other_kind)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        pytest.param({"kind": "phone", "value": "12"}, "/identifiers/0/value", id="short phone"),
        pytest.param(
            {"kind": "phone", "value": "1-800-FLOWERS"}, "/identifiers/0/value", id="letters"
        ),
        pytest.param({"kind": "email", "value": "a@b"}, "/identifiers/0/value", id="no domain"),
        pytest.param({"kind": "fax", "value": "12"}, "/identifiers/0/kind", id="no such kind"),
        pytest.param({"kind": "platform:", "value": "1"}, "/identifiers/0/kind", id="no platform"),
        pytest.param({"kind": "card", "value": "a\u0000"}, "/identifiers/0/value", id="NUL"),
        pytest.param({"kind": "card"}, "/identifiers/0/value", id="no value"),
    ],
)
async def test_an_identifier_that_cannot_be_read_names_its_place(api, shop, identifier, path):
    refused = await api.post("/v1/members", json={"identifiers": [identifier]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == path
    assert identifier.get("value", "\n") not in refused.text.split('"request_id"')[0]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param(
            {"profile": {"birthday": {"month": 2, "day": 30}}}, "/profile/birthday", id="30 Feb"
        ),
        pytest.param(
            {"profile": {"birthday": {"month": 2, "day": 29, "year": 2025}}},
            "/profile/birthday",
            id="29 February of a common year",
        ),
        pytest.param({"profile": {"name": "n" * 65}}, "/profile/name", id="a long name"),
        pytest.param({"consents": [CONSENT, CONSENT]}, "/consents", id="a consent said twice"),
        pytest.param({"consents": [{"purpose": "x"}]}, "/consents/0/version", id="no version"),
        pytest.param({"identifiers": []}, "/identifiers", id="no identifier"),
    ],
)
async def test_an_enrolment_outside_the_limits_names_the_field(api, shop, stage, body, path):
    card = {"kind": "card", "value": shop.ref()}
    before = await stage.counts()
    refused = await api.post("/v1/members", json={"identifiers": [card], **body})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == path
    assert await stage.counts() == before


@pytest.mark.parametrize("body", [{"profile": {"nick": "x"}}, {"nick": "x"}])
async def test_what_is_not_built_is_not_accepted(api, shop, body):
    card = {"kind": "card", "value": shop.ref()}
    refused = await api.post("/v1/members", json={"identifiers": [card], **body})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_field")


async def test_M3_the_masked_view_shows_what_there_is_and_not_what_it_says(api, shop):
    member, _ = await enrolled(api, shop, profile=PROFILE, consents=[CONSENT])
    shown = await api.get(f"/v1/members/{member['member_id']}")
    assert shown.status_code == 200
    assert shown.json() == {
        **member,
        "profile": {
            "name": "李***",
            "birthday": "***",
            "attributes": {"favourite": "***", "shoe-size": "***"},
        },
        "consents": [{**CONSENT, "consented_at": "2026-06-01T12:00:00Z"}],
    }
    nobody = await api.get("/v1/members/nobody")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")


async def test_M3_a_reveal_shows_all_and_is_audited(api, shop, stage):
    member, card = await enrolled(api, shop, profile=PROFILE)
    path = f"/v1/members/{member['member_id']}/reveal"
    shown = await api.post(path, json={"reason": "called about a parcel"})
    assert shown.status_code == 200
    assert shown.json()["profile"]["name"] == PROFILE["name"]
    assert shown.json()["profile"]["birthday"] == {"month": 2, "day": 29, "year": None}
    assert shown.json()["identifiers"][0]["value"] == card["value"]
    (entry,) = await stage.rows(
        "SELECT actor, action, reason FROM audit WHERE subject = :id", id=member["member_id"]
    )
    assert entry == ("key:till0", "member.reveal", "called about a parcel")
    without = await api.post(path, json={})
    assert without.status_code == 422
    nobody = await api.post("/v1/members/nobody/reveal", json={"reason": "x"})
    assert nobody.status_code == 404


async def test_a_change_of_profile_touches_what_it_names(api, shop):
    member, _ = await enrolled(api, shop, profile=PROFILE)
    path = f"/v1/members/{member['member_id']}"
    change = {"profile": {"birthday": None, "attributes": {"shoe-size": None, "pet": "cat"}}}
    changed = await api.patch(path, json=change)
    assert changed.status_code == 200
    again = await api.patch(path, json=change)
    assert again.json() == changed.json()
    shown = await api.post(f"{path}/reveal", json={"reason": "test"})
    assert shown.json()["profile"] == {
        "name": PROFILE["name"],
        "birthday": None,
        "attributes": {"favourite": "oolong", "pet": "cat"},
    }
    more = await api.patch(path, json={"consents": [CONSENT]})
    assert [one["purpose"] for one in more.json()["consents"]] == ["newsletter"]
    nobody = await api.patch("/v1/members/nobody", json=change)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")
    ahead = {"consents": [{**CONSENT, "consented_at": "2026-06-01T12:06:00Z"}]}
    refused = await api.patch(path, json=ahead)
    assert (refused.status_code, refused.json()["code"]) == (422, "occurred_in_future")


async def test_M5_linking_claims_and_unlinking_keeps(api, shop):
    member, _ = await enrolled(api, shop)
    path = f"/v1/members/{member['member_id']}/identifiers"
    card = {"kind": "card", "value": shop.ref()}
    bought = shop.purchase(card)
    assert (await api.post("/v1/purchases", json=bought)).json()["status"] == "unclaimed"
    linked = await api.post(path, json=card)
    again = await api.post(path, json=card)
    assert (linked.status_code, again.status_code) == (201, 200)
    assert linked.json() == again.json()
    fact = await api.get(f"/v1/facts/purchase/{bought['source_ref']}")
    assert (fact.json()["status"], fact.json()["member_id"]) == ("accepted", member["member_id"])
    place = f"{path}/{linked.json()['identifier_id']}"
    assert (await api.delete(place)).status_code == 204
    gone = await api.delete(place)
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    later = await api.post("/v1/purchases", json=shop.purchase(card))
    assert later.json()["status"] == "unclaimed"
    kept = await api.get(f"/v1/facts/purchase/{bought['source_ref']}")
    assert kept.json() == fact.json()


async def test_an_identifier_of_another_member_cannot_be_linked(api, shop):
    _, theirs = await enrolled(api, shop)
    member, _ = await enrolled(api, shop)
    refused = await api.post(f"/v1/members/{member['member_id']}/identifiers", json=theirs)
    assert (refused.status_code, refused.json()["code"]) == (409, "identifiers_conflict")
    nobody = await api.post("/v1/members/nobody/identifiers", json=theirs)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")
