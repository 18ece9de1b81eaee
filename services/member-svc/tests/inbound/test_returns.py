"""The doors of returns: what comes back, what is refused, and whose purchases one may touch."""

import json

import pytest


def back(shop, bought, **more):
    """A return of everything that is left."""
    return {
        "source_ref": shop.ref(),
        "purchase_ref": bought["source_ref"],
        "occurred_at": "2026-06-01T11:30:00Z",
        **more,
    }


async def bought(api, shop, line_count=1):
    """A purchase that counts."""
    body = shop.purchase(await shop.known_card(), line_count=line_count)
    assert (await api.post("/v1/purchases", json=body)).status_code == 201
    return body


async def test_a_return_is_answered_and_replayed_with_the_same_body(api, shop):
    body = back(shop, await bought(api, shop))
    first = await api.post("/v1/returns", json=body)
    again = await api.post("/v1/returns", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["status"] == "accepted"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    other = await api.post("/v1/returns", json={**body, "occurred_at": "2026-06-01T11:31:00Z"})
    assert (other.status_code, other.json()["code"]) == (409, "fact_conflict")


async def test_P7_more_than_was_bought_says_how_much_is_left(api, shop):
    purchase = await bought(api, shop)
    body = back(shop, purchase, lines=[{"line_id": "1", "quantity": 2}])
    refused = await api.post("/v1/returns", json=body)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "return_exceeds_purchase")
    assert (problem["asked"], problem["left"], problem["outcome"]) == (2, 1, "none")


async def test_a_return_before_its_purchase_waits(api, shop):
    purchase = shop.purchase(await shop.known_card())
    waiting = await api.post("/v1/returns", json=back(shop, purchase))
    assert (waiting.status_code, waiting.json()["status"]) == (201, "waiting")
    absent = await api.get(f"/v1/facts/purchase/{purchase['source_ref']}")
    assert absent.status_code == 404
    taken = await api.post("/v1/purchases", json=purchase)
    assert (taken.status_code, taken.json()["status"]) == (201, "accepted")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param({"lines": [{"line_id": "1", "refund_minor": 0}]}, "/lines/0", id="no money"),
        pytest.param(
            {"lines": [{"line_id": "1", "quantity": 1, "refund_minor": 5}]},
            "/lines/0",
            id="units and money",
        ),
        pytest.param({"lines": [{"line_id": "1"}]}, "/lines/0", id="neither"),
        pytest.param(
            {"lines": [{"line_id": "1", "refund_minor": 10**12 + 1}]}, "/lines/0", id="too much"
        ),
        pytest.param({"lines": [{"line_id": "1", "quantity": 0}]}, "/lines/0/quantity", id="none"),
        pytest.param({"lines": []}, "/lines", id="no lines named"),
        pytest.param({"lines": [{"line_id": "1", "quantity": 1}] * 2}, "", id="a line named twice"),
        pytest.param({"purchase_ref": None}, "/purchase_ref", id="no purchase"),
        pytest.param({"reason": "broken"}, "", id="unknown field"),
    ],
)
async def test_a_return_outside_the_limits_names_the_field(api, shop, stage, change, path):
    purchase = await bought(api, shop)
    before = await stage.counts()
    refused = await api.post("/v1/returns", json=back(shop, purchase) | change)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"].startswith(path)
    assert await stage.counts() == before


async def test_six_minutes_ahead_is_refused(api, shop):
    body = back(shop, await bought(api, shop), occurred_at="2026-06-01T12:06:00Z")
    refused = await api.post("/v1/returns", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "occurred_in_future")


async def test_I19_another_channels_purchase_needs_the_scope_for_it(api, shop, stage):
    purchase = await bought(api, shop)
    body = back(shop, purchase, purchase_source="till")
    async with stage.client("purchase:write", source="web") as web:
        refused = await web.post("/v1/returns", json=body)
        (line,) = await shop.batch(web, "/v1/returns:batch", [json.dumps(body)])
        own = await web.post("/v1/returns", json={**body, "purchase_source": "web"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (line["status"], line["code"]) == (403, "forbidden")
    assert (own.status_code, own.json()["status"]) == (201, "waiting")
    async with stage.client("purchase:write", "return:any", source="web") as web:
        other = {**body, "source_ref": shop.ref()}
        taken = await web.post("/v1/returns", json=other)
    assert (taken.status_code, taken.json()["status"]) == (201, "accepted")


async def test_a_batch_answers_every_line_in_order(api, shop):
    purchase = await bought(api, shop, line_count=2)
    one = back(shop, purchase, lines=[{"line_id": "1", "quantity": 1}])
    lines = [
        json.dumps(one),
        json.dumps(back(shop, purchase, lines=[{"line_id": "1", "quantity": 1}])),
        "nonsense",
        json.dumps(back(shop, purchase)),
        json.dumps(one),
    ]
    answers = await shop.batch(api, "/v1/returns:batch", lines)
    assert [each["status"] for each in answers] == [201, 409, 400, 201, 200]
    assert [each.get("stands", each.get("code")) for each in answers] == [
        *("accepted", "return_exceeds_purchase", "malformed", "accepted", "accepted")
    ]
