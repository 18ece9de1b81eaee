"""The doors of activities: what is taken in, what is refused, and whose purchases one may name."""

import json

import pytest


def checkin(shop, member, **more):
    """The body of a check-in."""
    return {
        "source_ref": shop.ref(),
        "member": member,
        "kind": "checkin",
        "occurred_at": "2026-06-01T11:30:00Z",
        **more,
    }


def delivered(shop, purchase, **more):
    """The body of a delivery."""
    return {
        "source_ref": shop.ref(),
        "kind": "delivered",
        "occurred_at": "2026-06-01T11:30:00Z",
        "purchase_ref": purchase["source_ref"],
        **more,
    }


async def test_an_activity_is_answered_and_replayed_with_the_same_body(api, shop):
    body = checkin(shop, await shop.known_card(), attributes={"place": "lounge"})
    first = await api.post("/v1/activities", json=body)
    again = await api.post("/v1/activities", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["status"] == "accepted"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    other = await api.post("/v1/activities", json={**body, "kind": "checkout"})
    assert (other.status_code, other.json()["code"]) == (409, "fact_conflict")


async def test_a_channel_sees_where_its_activity_stands(api, shop):
    purchase = shop.purchase(await shop.known_card())
    body = delivered(shop, purchase)
    waiting = await api.post("/v1/activities", json=body)
    assert (waiting.json()["status"], waiting.json()["member_id"]) == ("waiting", None)
    bought = await api.post("/v1/purchases", json=purchase)
    fact = (await api.get(f"/v1/facts/activity/{body['source_ref']}")).json()
    assert (fact["kind"], fact["status"]) == ("activity", "accepted")
    assert fact["member_id"] == bought.json()["member_id"]
    assert fact["purchase_ref"] == purchase["source_ref"]
    assert fact["lines"] is None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param({"kind": "Check in"}, "/kind", id="no word"),
        pytest.param({"kind": "x" * 65}, "/kind", id="a long word"),
        pytest.param({"member": None}, "", id="of nobody"),
        pytest.param({"purchase_source": "web"}, "", id="a source without its purchase"),
        pytest.param({"attributes": {"a b": "c"}}, "/attributes", id="a name with a space"),
        pytest.param(
            {"attributes": {str(n): "x" for n in range(33)}}, "/attributes", id="33 attributes"
        ),
        pytest.param({"occurred_at": "1969-12-31T23:59:59Z"}, "/occurred_at", id="too long ago"),
        pytest.param({"points": 5}, "", id="unknown field"),
    ],
)
async def test_an_activity_outside_the_limits_names_the_field(api, shop, stage, change, path):
    body = checkin(shop, await shop.known_card()) | change
    before = await stage.counts()
    refused = await api.post("/v1/activities", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"].startswith(path)
    assert await stage.counts() == before


async def test_who_is_not_there_did_nothing_and_nothing_has_happened_yet(api, shop, stage):
    before = await stage.counts()
    nobody = checkin(shop, {"member_id": "nobody"})
    refused = await api.post("/v1/activities", json=nobody)
    assert (refused.status_code, refused.json()["code"]) == (404, "member_not_found")
    ahead = checkin(shop, {"member_id": "nobody"}, occurred_at="2026-06-01T12:05:01Z")
    refused = await api.post("/v1/activities", json=ahead)
    assert (refused.status_code, refused.json()["code"]) == (422, "occurred_in_future")
    assert await stage.counts() == before


async def test_I19_another_channels_purchase_needs_the_scope_for_it(api, shop, stage):
    purchase = shop.purchase(await shop.known_card())
    await api.post("/v1/purchases", json=purchase)
    body = delivered(shop, purchase, purchase_source="till")
    async with stage.client("activity:write", source="courier") as courier:
        refused = await courier.post("/v1/activities", json=body)
        own = delivered(shop, purchase)
        unknown = await courier.post("/v1/activities", json=own)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert unknown.json()["status"] == "waiting"
    async with stage.client("activity:write", "return:any", source="courier") as courier:
        taken = await courier.post("/v1/activities", json=body)
    assert (taken.status_code, taken.json()["status"]) == (201, "accepted")


async def test_a_batch_answers_every_line_in_order(api, shop):
    card = await shop.known_card()
    one = checkin(shop, card)
    lines = [
        json.dumps(one),
        json.dumps(checkin(shop, {"member_id": "nobody"})),
        "nonsense",
        json.dumps({**one, "kind": "checkout"}),
        json.dumps(checkin(shop, {"kind": "card", "value": "NOBODYS-CARD"})),
        json.dumps(one),
    ]
    answers = await shop.batch(api, "/v1/activities:batch", lines)
    assert [each["status"] for each in answers] == [201, 404, 400, 409, 201, 200]
    assert [each.get("stands", each.get("code")) for each in answers] == [
        *("accepted", "member_not_found", "malformed", "fact_conflict", "unclaimed", "accepted")
    ]
