"""Attributes over HTTP: numbers that staff set of a member, each refusal by its place (T1)."""

import itertools

import pytest

KEYS = itertools.count()
BODY = {"attribute": "rating", "value": 9, "evidence": "a survey"}


@pytest.fixture
async def member(hall, instant):
    hall.stage.at(instant("2026-04-25T12:00"))
    shop = hall.shop()
    await hall.hear(shop.enrolled())
    return shop.member


async def put(api, member, **changes):
    key = {"Idempotency-Key": f"attribute-{next(KEYS):08}"}
    url = f"/v1/standings/{member}/attributes"
    return await api.post(url, json={**BODY, **changes}, headers=key)


async def test_T1_an_attribute_is_a_fact_with_its_evidence(hall, api, member):
    answer = await put(api, member, occurred_at="2026-04-01T00:00:00Z")
    told = answer.json()
    assert answer.status_code == 201
    assert {name: told[name] for name in BODY} == BODY
    assert told["occurred_at"] == "2026-04-01T00:00:00Z"
    (row,) = await hall.stage.rows("SELECT * FROM attribute_value WHERE member_id = :m", m=member)
    assert (row.fact_id, row.value, row.evidence) == (told["fact_id"], 9, "a survey")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        pytest.param({"value": -1}, "/value", id="below nothing"),
        pytest.param({"value": 10**15 + 1}, "/value", id="too much"),
        pytest.param({"evidence": " "}, "/evidence", id="no evidence"),
        pytest.param({"occurred_at": "2025-03-01T00:00:00Z"}, "/occurred_at", id="too late"),
        pytest.param({"occurred_at": "2026-05-01T00:00:00Z"}, "/occurred_at", id="the future"),
    ],
)
async def test_an_attribute_that_is_out_of_range(hall, api, member, changes, path):
    before = await hall.stage.rows("SELECT count(*) AS n FROM attribute_value")
    answer = await put(api, member, **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    errors = [(one["path"], one["code"]) for one in answer.json()["errors"]]
    assert errors == [(path, "out_of_range")]
    assert await hall.stage.rows("SELECT count(*) AS n FROM attribute_value") == before


async def test_nobody_has_attributes(hall, api, member):
    answer = await put(api, f"{member}-nobody")
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
