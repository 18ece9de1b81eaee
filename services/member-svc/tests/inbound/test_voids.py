"""The door of voids, and of money for what is kept: once, of the channel's own purchases."""

import json


async def bought(api, shop):
    """A purchase that counts."""
    body = shop.purchase(await shop.known_card(), line_count=2)
    assert (await api.post("/v1/purchases", json=body)).status_code == 201
    return body


async def test_a_void_is_answered_and_replayed_with_the_same_body(api, shop):
    body = await bought(api, shop)
    path = f"/v1/purchases/{body['source_ref']}/void"
    first, again = await api.post(path), await api.post(path)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["status"] == "accepted"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    fact = (await api.get(f"/v1/facts/void/{body['source_ref']}")).json()
    assert fact["occurred_at"] == body["occurred_at"]
    assert [line["quantity"] for line in fact["lines"]] == [1, 1]


async def test_P7_nothing_is_left_of_what_was_voided(api, shop):
    body = await bought(api, shop)
    await api.post(f"/v1/purchases/{body['source_ref']}/void")
    back = {
        "source_ref": shop.ref(),
        "purchase_ref": body["source_ref"],
        "occurred_at": "2026-06-01T11:30:00Z",
        "lines": [{"line_id": "1", "quantity": 1}],
    }
    refused = await api.post("/v1/returns", json=back)
    assert (refused.status_code, refused.json()["code"]) == (409, "return_exceeds_purchase")


async def test_P7_what_came_back_is_not_voided_too(api, shop):
    body = await bought(api, shop)
    back = {
        "source_ref": shop.ref(),
        "purchase_ref": body["source_ref"],
        "occurred_at": "2026-06-01T11:30:00Z",
    }
    await api.post("/v1/returns", json=back)
    refused = await api.post(f"/v1/purchases/{body['source_ref']}/void")
    assert (refused.status_code, refused.json()["code"]) == (409, "return_exceeds_purchase")


async def test_I19_nobody_voids_another_channels_purchase(api, shop, stage):
    body = await bought(api, shop)
    before = await stage.counts()
    async with stage.client("purchase:write", "return:any", source="web") as web:
        hidden = await web.post(f"/v1/purchases/{body['source_ref']}/void")
    absent = await api.post("/v1/purchases/nothing/void")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json()["code"] == absent.json()["code"] == "not_found"
    assert await stage.counts() == before


async def test_P7_money_is_refunded_up_to_what_the_line_is_worth(api, shop):
    body = await bought(api, shop)
    back = {
        "source_ref": shop.ref(),
        "purchase_ref": body["source_ref"],
        "occurred_at": "2026-06-01T11:30:00Z",
        "lines": [{"line_id": "1", "refund_minor": 400}],
    }
    first = await api.post("/v1/returns", json=back)
    assert (first.status_code, first.json()["status"]) == (201, "accepted")
    fact = (await api.get(f"/v1/facts/return/{back['source_ref']}")).json()
    assert fact["lines"] == [{"line_id": "1", "quantity": 0, "refund_minor": 400}]
    more = back | {"source_ref": shop.ref(), "lines": [{"line_id": "1", "refund_minor": 601}]}
    refused = await api.post("/v1/returns", json=more)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "return_exceeds_purchase")
    assert (problem["asked_minor"], problem["left_minor"]) == (601, 600)


async def test_P7_a_purchase_that_came_back_in_500_parts_comes_back_whole_at_most(api, shop):
    body = await bought(api, shop)
    part = {
        "purchase_ref": body["source_ref"],
        "occurred_at": "2026-06-01T11:30:00Z",
        "lines": [{"line_id": "1", "refund_minor": 1}],
    }
    lines = [json.dumps({**part, "source_ref": shop.ref()}) for _ in range(501)]
    answers = await shop.batch(api, "/v1/returns:batch", lines)
    assert [each["status"] for each in answers] == [201] * 500 + [409]
    assert (answers[-1]["code"], answers[-1]["limit"]) == ("too_many_returns", 500)
    rest = await api.post(f"/v1/purchases/{body['source_ref']}/void")
    assert (rest.status_code, rest.json()["status"]) == (201, "accepted")
