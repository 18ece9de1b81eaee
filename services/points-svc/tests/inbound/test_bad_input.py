"""Bad input at every door: 4xx, a problem document with its code, and no row left behind."""

import json
from uuid import uuid4

import httpx
import pytest

from points_testing.desk import Desk

M, H = str(uuid4()), str(uuid4())
POSTS: dict[str, dict[str, object]] = {
    f"/v1/points/{M}/holds": {"hold_id": H, "points": 5, "purpose": "test"},
    f"/v1/points/{M}/holds/{H}/capture": {"points": 5},
    f"/v1/points/{M}/burns": {"burn_id": H, "points": 5, "purpose": "test"},
    f"/v1/points/{M}/adjustments": {"points": 5, "reason": "goodwill"},
    "/v1/points:preview": {
        "store_id": "s1",
        "currency": "CNY",
        "lines": [
            {"line_id": "1", "sku": "s", "category": "c", "quantity": 1, "amount_minor": 100}
        ],
    },
    "/v1/accrual-rules": {"name": "x", "point_types": [], "rules": []},
    "/v1/accrual-rules/1/publish": {"effective_from": "2026-05-01T00:00:00Z"},
}
BODYLESS = (f"/v1/points/{M}/holds/{H}/release", f"/v1/points/{M}/burns/{H}/cancel")
GETS = (
    f"/v1/points/{M}",
    f"/v1/points/{M}/postings",
    f"/v1/points/{M}/lots",
    f"/v1/points/{M}/why",
    f"/v1/points/{M}/statement?from=2026-01-01&to=2026-02-01",
    "/v1/points:liability",
    "/v1/points:journal?from=2026-01-01&to=2026-02-01",
    "/v1/points:export?from=2026-01-01&to=2026-02-01",
    "/v1/points:audit",
    f"/v1/points/{M}/postings/x.points/why",
    f"/v1/points/{M}/holds/{H}",
    f"/v1/points/{M}/burns/{H}",
    "/v1/accrual-rules",
    "/v1/accrual-rules/1",
)
RAW = {
    "not JSON": b"{",
    "empty text": b'""',
    "a list": b"[]",
    "NaN": b'{"points": NaN}',
    "Infinity": b'{"points": Infinity}',
    "a key twice": b'{"points": 1, "points": 2}',
    "a lone surrogate": b'{"purpose": "\\ud800"}',
    "bytes that are no UTF-8": b'{"purpose": "\xff"}',
    "too deep": b"[" * 40 + b"]" * 40,
    "20 MB": b" " * 20_000_000 + b"{}",
}
VALUES = {
    "2^63": 2**63,
    "a fraction": 1.5,
    "a text": "5",
    "a truth": True,
    "nothing": None,
    "an exponent": 1e3,
    "below zero": -(10**10),
    "a list": [5],
    "an object": {"a": 1},
}
TEXTS = {"NUL": "a\0b", "a control": "a\nb", "bidi": "a\u202eb", "too long": "x" * 300, "empty": ""}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4()), "content-type": "application/json"}


def is_problem(answer: httpx.Response) -> bool:
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert {"type", "title", "detail", "code", "request_id", "outcome"} <= set(problem)
    return problem["outcome"] == "none"


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.replace(M, "M").replace(H, "H"))
async def test_a_body_that_cannot_be_read(desk: Desk, path: str, raw: bytes):
    before = await desk.stage.counts()
    answer = await desk.api.post(path, content=raw, headers=key())
    assert 400 <= answer.status_code < 500
    assert is_problem(answer)
    assert answer.json()["code"] in {"malformed", "invalid", "too_large"}
    assert await desk.stage.counts() == before


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.replace(M, "M").replace(H, "H"))
async def test_each_field_with_each_wrong_value(desk: Desk, path: str):
    before = await desk.stage.counts()
    for field, right in POSTS[path].items():
        wrong = TEXTS if isinstance(right, str) else VALUES
        for name, value in wrong.items():
            if value is None and field == "points" and path.endswith("capture"):
                continue
            body = json.dumps({**POSTS[path], field: value}).encode()
            answer = await desk.api.post(path, content=body, headers=key())
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), (field, name)
            assert is_problem(answer)
    body = json.dumps({**POSTS[path], "surprise": 1}).encode()
    answer = await desk.api.post(path, content=body, headers=key())
    assert {"path": "/surprise", "code": "unknown_field"} in answer.json()["errors"]
    assert await desk.stage.counts() == before


@pytest.mark.parametrize("path", [*POSTS, *BODYLESS])
async def test_no_key_a_foreign_key_and_a_key_without_the_scope(desk: Desk, path: str):
    before = await desk.stage.counts()
    async with desk.stage.client("points:read") as reader:
        short = await reader.post(path, json=POSTS.get(path), headers=key())
    assert (short.status_code, short.json()["code"]) == (403, "forbidden")
    for authorization in ("", "Bearer lk_test_nobody", "Basic x"):
        headers = {**key(), "Authorization": authorization}
        answer = await desk.api.post(path, json=POSTS.get(path), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert is_problem(answer)
    assert await desk.stage.counts() == before


@pytest.mark.parametrize("path", GETS)
async def test_nothing_is_read_without_a_key(desk: Desk, path: str):
    answer = await desk.api.get(path, headers={"Authorization": ""})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-ndjson", ""])
async def test_another_media_type(desk: Desk, media_type: str):
    headers = {**key(), "content-type": media_type}
    answer = await desk.api.post(next(iter(POSTS)), content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/points/a%00b",
        "/v1/points/" + "x" * 65,
        "/v1/points/%ed%a0%80",
        f"/v1/points/{M}/holds/not-a-uuid",
        f"/v1/points/{M}/holds/{H.upper()}X",
        f"/v1/points/{M}/burns/1",
        f"/v1/points/{M}/postings/none/why",
        f"/v1/points/{M}/postings?limit=0",
        f"/v1/points/{M}/postings?limit=201",
        f"/v1/points/{M}/lots?cursor=%00",
        "/v1/accrual-rules/2147483648",
        "/v1/accrual-rules/one",
    ],
)
async def test_ids_and_pages_beyond_their_limits(desk: Desk, path: str):
    answer = await desk.api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert is_problem(answer)
