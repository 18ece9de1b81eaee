"""Bodies that are no ladder at all leave nothing behind."""

import json

import pytest

LEAF = {"metric": "spend", "at_least": 100, "window": {"rolling_months": 12}}


def leaf(**changes):
    return {"name": "x", "rungs": [{"tier": "base"}, {"tier": "up", "test": {**LEAF, **changes}}]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": "x", "rungs": NaN}',
        b'{"name": "x", "name": "x", "rungs": []}',
        b'{"name": "\\ud800", "rungs": [{"tier": "x"}]}',
        json.dumps({"name": "x\u0000", "rungs": [{"tier": "x"}]}).encode(),
        json.dumps({"name": "x", "rungs": []}).encode(),
        json.dumps({"name": "x", "rungs": [{"tier": "x"}], "more": 1}).encode(),
        json.dumps({"name": "x", "rungs": [{"tier": "x"}] * 17}).encode(),
        json.dumps({"name": 1, "rungs": [{"tier": "x"}]}).encode(),
        json.dumps(leaf(at_least=2**63)).encode(),
        json.dumps(leaf(at_least=1.0)).encode(),
        json.dumps(leaf(at_least=True)).encode(),
        json.dumps(leaf(at_least=0)).encode(),
        json.dumps(leaf(window={"rolling_months": 121})).encode(),
        json.dumps(leaf(window={"rolling_days": 0})).encode(),
        json.dumps(leaf(metric="x" * 65)).encode(),
        b"[" * 40 + b"]" * 40,
        b"x" * (20 * 1024 * 1024),
    ],
)
async def test_bad_input_leaves_no_row(hall, api, body):
    before = await hall.stage.counts()
    answer = await api.post(
        "/v1/ladders", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 413, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await hall.stage.counts() == before
