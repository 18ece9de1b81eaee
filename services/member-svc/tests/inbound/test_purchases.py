"""The doors of purchases: what is taken in, what is refused, and how a batch is answered."""

import json

import pytest


async def test_a_purchase_is_answered_and_replayed_with_the_same_body(api, shop):
    body = shop.purchase(await shop.card())
    first = await api.post("/v1/purchases", json=body)
    again = await api.post("/v1/purchases", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["status"] == "accepted"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()


async def test_other_content_under_the_same_name_is_a_conflict(api, shop):
    body = shop.purchase(await shop.card())
    await api.post("/v1/purchases", json=body)
    refused = await api.post("/v1/purchases", json={**body, "store_id": "s2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "fact_conflict")


async def test_spelling_order_and_spacing_are_not_content(api, shop):
    body = shop.purchase({"kind": "phone", "value": "138 1234 9999"}, line_count=2)
    first = await api.post("/v1/purchases", json=body)
    body["lines"].reverse()
    body["member"]["value"] = "+86 13812349999"
    body["occurred_at"] = "2026-06-01T19:00:00+08:00"
    again = await api.post(
        "/v1/purchases",
        content=json.dumps(dict(reversed(body.items())), indent=3),
        headers={"content-type": "application/json"},
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["status"] == "unclaimed"
    assert first.json()["member_id"] is None


async def test_a_purchase_of_a_member_by_id(api, shop):
    card = await shop.card()
    member = await api.post("/v1/members/lookup", json=card)
    member_id = member.json()["member_id"]
    found = await api.post("/v1/purchases", json=shop.purchase({"member_id": member_id}))
    assert (found.status_code, found.json()["member_id"]) == (201, member_id)
    nobody = await api.post("/v1/purchases", json=shop.purchase({"member_id": "nobody"}))
    assert (nobody.status_code, nobody.json()["code"]) == (404, "member_not_found")


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        pytest.param({"currency": "USD"}, "/currency", "not_allowed", id="another currency"),
        pytest.param({"currency": "cny"}, "/currency", "format", id="no currency"),
        pytest.param({"lines": []}, "/lines", "too_few", id="no lines"),
        pytest.param({"source_ref": "a b"}, "/source_ref", "format", id="a space in a ref"),
        pytest.param({"source_ref": "r" * 65}, "/source_ref", "format", id="a long ref"),
        pytest.param({"occurred_at": "2026-06-01"}, "/occurred_at", "format", id="no offset"),
        pytest.param({"occurred_at": 1}, "/occurred_at", "format", id="a number for a time"),
        pytest.param(
            {"occurred_at": "0001-01-01T00:00:00Z"}, "/occurred_at", "out_of_range", id="year 1"
        ),
        pytest.param({"member": {"kind": "phone"}}, "/member", "format", id="half an identifier"),
        pytest.param(
            {"member": {"kind": "phone", "value": "12"}}, "/member/value", "format", id="no phone"
        ),
        pytest.param(
            {"member": {"kind": "pigeon", "value": "12"}}, "/member/kind", "format", id="no kind"
        ),
    ],
)
async def test_a_purchase_outside_the_limits_names_the_field(api, shop, stage, change, path, code):
    body = {**shop.purchase(await shop.known_card()), **change}
    before = await stage.counts()
    refused = await api.post("/v1/purchases", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {"path": path, "code": code}
    assert await stage.counts() == before


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        pytest.param({"quantity": 0}, "/quantity", "out_of_range", id="nothing bought"),
        pytest.param({"quantity": 1_000_001}, "/quantity", "out_of_range", id="too many"),
        pytest.param({"quantity": True}, "/quantity", "type", id="true is not 1"),
        pytest.param({"quantity": 1.0}, "/quantity", "type", id="1.0 is not 1"),
        pytest.param({"quantity": "1"}, "/quantity", "type", id="text is not 1"),
        pytest.param({"amount_minor": -1}, "/amount_minor", "out_of_range", id="below zero"),
        pytest.param(
            {"amount_minor": 10**12 + 1}, "/amount_minor", "out_of_range", id="above 10^12"
        ),
        pytest.param({"amount_minor": 2**63}, "/amount_minor", "out_of_range", id="2^63"),
        pytest.param({"discount_minor": 1_001}, "", "out_of_range", id="discount above amount"),
        pytest.param({"sku": "a\u0000b"}, "/sku", "forbidden_character", id="NUL"),
        pytest.param({"sku": "a\u202eb"}, "/sku", "forbidden_character", id="bidi override"),
        pytest.param({"category": " "}, "/category", "out_of_range", id="blank"),
        pytest.param({"category": "c" * 65}, "/category", "out_of_range", id="long"),
    ],
)
async def test_a_line_outside_the_limits_names_the_field(api, shop, change, path, code):
    body = shop.purchase(await shop.known_card())
    body["lines"][0] |= change
    refused = await api.post("/v1/purchases", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {"path": f"/lines/0{path}", "code": code}


async def test_a_line_named_twice_is_refused(api, shop):
    body = shop.purchase(await shop.known_card(), line_count=2)
    body["lines"][1]["line_id"] = body["lines"][0]["line_id"]
    refused = await api.post("/v1/purchases", json=body)
    assert refused.json()["errors"] == [{"path": "", "code": "duplicate"}]


async def test_an_unknown_field_is_refused_at_any_depth(api, shop):
    body = shop.purchase(await shop.known_card())
    places = {"": body, "/member": body["member"], "/lines/0": body["lines"][0]}
    for path, place in places.items():
        place["unheard_of"] = 1
        refused = await api.post("/v1/purchases", json=body)
        del place["unheard_of"]
        told = {"path": f"{path}/unheard_of", "code": "unknown_field"}
        assert (refused.status_code, told in refused.json()["errors"]) == (422, True)


async def test_a_basket_of_161_lines_with_large_quantities_is_taken_in(api, shop):
    body = shop.purchase(await shop.known_card(), line_count=161)
    body["lines"][7]["quantity"] = 89_638
    body["lines"][8] |= {"amount_minor": 0}
    taken = await api.post("/v1/purchases", json=body)
    assert taken.status_code == 201


async def test_six_minutes_ahead_is_refused(api, shop):
    body = shop.purchase(await shop.known_card(), occurred_at="2026-06-01T12:05:01Z")
    refused = await api.post("/v1/purchases", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "occurred_in_future")


async def test_a_batch_answers_every_line_in_order_and_keeps_the_good_ones(api, shop):
    card = await shop.known_card()
    good, other = shop.purchase(card), shop.purchase(card)
    lines = [
        json.dumps(good),
        "{",
        json.dumps({**other, "lines": []}),
        json.dumps(shop.purchase({"member_id": "nobody"})),
        json.dumps(good),
        json.dumps({**good, "store_id": "s9"}),
        '{"source_ref": "a", "source_ref": "b"}',
        json.dumps(other),
    ]
    answers = await shop.batch(api, "/v1/purchases:batch", lines)
    assert [one["line"] for one in answers] == list(range(1, 9))
    assert [one["status"] for one in answers] == [201, 400, 422, 404, 200, 409, 400, 201]
    assert [one.get("stands", one.get("code")) for one in answers] == [
        *("accepted", "malformed", "invalid", "member_not_found"),
        *("accepted", "fact_conflict", "malformed", "accepted"),
    ]
    assert answers[2]["errors"] == [{"path": "/lines", "code": "too_few"}]
    again = await shop.batch(api, "/v1/purchases:batch", [lines[0], lines[7]])
    assert [one["status"] for one in again] == [200, 200]


async def test_a_line_is_read_as_strictly_as_a_single_purchase(api, shop):
    body = shop.purchase(await shop.known_card())
    body["lines"][0]["quantity"] = True
    alone = await api.post("/v1/purchases", json=body)
    (line,) = await shop.batch(api, "/v1/purchases:batch", [json.dumps(body)])
    assert line["status"] == alone.status_code == 422
    assert line["errors"] == alone.json()["errors"]


async def test_more_than_5000_lines_or_5_megabytes_are_refused_whole(api, shop, stage):
    before = await stage.counts()
    many = await api.post("/v1/purchases:batch", content=b"{}\n" * 5_001, headers=shop.ndjson)
    large = await api.post("/v1/purchases:batch", content=b"x" * 5_242_881, headers=shop.ndjson)
    assert (many.status_code, large.status_code) == (413, 413)
    assert await stage.counts() == before


async def test_an_empty_batch_is_answered_with_nothing(api, shop):
    answer = await api.post("/v1/purchases:batch", content=b"\n", headers=shop.ndjson)
    assert (answer.status_code, answer.content) == (200, b"")
