"""The doors of facts: a channel sees its own, staff work off the queues."""

LONG_AGO = "2025-01-01T00:00:00Z"


async def late(api, shop):
    """A purchase that somebody has to look at."""
    body = shop.purchase(await shop.known_card(), occurred_at=LONG_AGO)
    answer = await api.post("/v1/purchases", json=body)
    assert (answer.status_code, answer.json()["status"]) == (201, "review")
    return body, answer.json()


async def test_a_channel_sees_where_its_own_fact_stands(api, shop):
    body = shop.purchase(await shop.known_card())
    answer = await api.post("/v1/purchases", json=body)
    back = {
        "source_ref": shop.ref(),
        "purchase_ref": body["source_ref"],
        "occurred_at": "2026-06-01T11:30:00Z",
    }
    await api.post("/v1/returns", json=back)
    purchase = (await api.get(f"/v1/facts/purchase/{body['source_ref']}")).json()
    assert purchase["fact_id"] == answer.json()["fact_id"]
    assert (purchase["status"], purchase["counted_at"]) == ("accepted", "2026-06-01T12:00:00Z")
    returned = (await api.get(f"/v1/facts/return/{back['source_ref']}")).json()
    assert returned["purchase_ref"] == body["source_ref"]
    assert returned["lines"] == [{"line_id": "1", "quantity": 1, "refund_minor": 0}]


async def test_I19_nobody_sees_another_channels_fact(api, shop, stage):
    body = shop.purchase(await shop.known_card())
    await api.post("/v1/purchases", json=body)
    async with stage.client("fact:read", source="web") as web:
        hidden = await web.get(f"/v1/facts/purchase/{body['source_ref']}")
    absent = await api.get("/v1/facts/purchase/nothing")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json()["code"] == absent.json()["code"] == "not_found"
    unknown_kind = await api.get(f"/v1/facts/pigeon/{body['source_ref']}")
    assert unknown_kind.status_code == 422


async def test_who_works_off_the_queues_finds_a_fact_of_any_channel(api, shop, stage):
    body = shop.purchase(await shop.known_card())
    told = await api.post("/v1/purchases", json=body)
    path = f"/v1/facts/purchase/{body['source_ref']}"
    async with (
        stage.client("fact:read", "fact:review", source="console") as staff,
        stage.client("fact:read", source="web") as web,
    ):
        unnamed = await staff.get(path)
        found = await staff.get(path, params={"source": "till"})
        hidden = await web.get(path, params={"source": "till"})
    assert found.json()["fact_id"] == told.json()["fact_id"]
    assert (unnamed.status_code, hidden.status_code) == (404, 404)


async def test_the_queue_is_paged_in_business_order(api, shop):
    told = {(await late(api, shop))[1]["fact_id"] for _ in range(5)}
    seen, cursor = [], None
    while True:
        query = {"status": "review", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/facts", params=query)).json()
        seen += [item["fact_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert told <= set(seen)
    assert seen == sorted(seen)
    assert (await api.get("/v1/facts", params={"status": "accepted"})).status_code == 422


async def test_E3_accepting_and_rejecting_answer_where_it_stands(api, shop):
    _, first = await late(api, shop)
    _, second = await late(api, shop)
    reason = {"reason": "the till was offline"}
    accepted = await api.post(f"/v1/facts/{first['fact_id']}/accept", json=reason)
    rejected = await api.post(f"/v1/facts/{second['fact_id']}/reject", json=reason)
    assert accepted.json() == {"fact_id": first["fact_id"], "status": "accepted"}
    assert rejected.json() == {"fact_id": second["fact_id"], "status": "rejected"}
    other = await api.post(f"/v1/facts/{first['fact_id']}/reject", json=reason)
    assert (other.status_code, other.json()["code"]) == (409, "not_in_review")
    assert other.json()["stands"] == "accepted"
    for door in ("accept", "reject"):
        nothing = await api.post(f"/v1/facts/nothing/{door}", json=reason)
        assert (nothing.status_code, nothing.json()["code"]) == (404, "not_found")
        without = await api.post(f"/v1/facts/{first['fact_id']}/{door}", json={})
        assert without.status_code == 422


async def test_a_decision_about_a_return_names_what_stops_it(api, shop):
    body, purchase = await late(api, shop)
    back = {
        "source_ref": shop.ref(),
        "purchase_ref": body["source_ref"],
        "occurred_at": "2026-05-31T00:00:00Z",
        "lines": [{"line_id": "1", "quantity": 1}],
    }
    answer = (await api.post("/v1/returns", json=back)).json()
    reason = {"reason": "x"}
    await api.post(f"/v1/facts/{purchase['fact_id']}/reject", json=reason)
    refused = await api.post(f"/v1/facts/{answer['fact_id']}/accept", json=reason)
    assert (refused.status_code, refused.json()["code"]) == (409, "purchase_rejected")
    bought = shop.purchase(await shop.known_card())
    excess = {
        **back,
        "source_ref": shop.ref(),
        "purchase_ref": bought["source_ref"],
        "lines": [{"line_id": "1", "quantity": 2}],
    }
    waiting = (await api.post("/v1/returns", json=excess)).json()
    await api.post("/v1/purchases", json=bought)
    exceeds = await api.post(f"/v1/facts/{waiting['fact_id']}/accept", json=reason)
    assert (exceeds.status_code, exceeds.json()["code"]) == (409, "return_exceeds_purchase")
