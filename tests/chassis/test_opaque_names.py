"""What a caller names at the edge, and where that may be kept, logged or said again."""

import pytest
from structlog.testing import capture_logs


async def test_I18_what_a_caller_wrote_as_a_key_is_kept_nowhere(api, stage):
    key = {"Idempotency-Key": "bean-for-+8613899018842"}
    first = await api.post("/v1/jars", json={"name": "kept", "beans": 1}, headers=key)
    again = await api.post("/v1/jars", json={"name": "kept", "beans": 1}, headers=key)
    assert (first.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    kept = [str(row) for row in await stage.rows("SELECT key FROM idempotency")]
    assert kept
    assert not [row for row in kept if "8613899018842" in row or "bean" in row]


@pytest.mark.parametrize("offered", ["till-7-0001", "0198b1f0-0000-7000-8000-000000000001"])
async def test_a_request_has_an_id_that_is_returned(api, offered):
    answer = await api.get("/v1/nowhere", headers={"X-Request-Id": offered})
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == offered


@pytest.mark.parametrize(
    "offered",
    [
        "not an id\u00e9",
        "13800138000",
        "138-0013-8000",
        "+8613800138000",
        "ada@example.com",
        "x" * 65,
    ],
)
async def test_I18_an_id_that_may_be_somebodys_is_replaced_and_never_logged(api, offered):
    with capture_logs() as lines:
        answer = await api.get("/v1/jars", headers={"X-Request-Id": offered.encode("latin-1")})
    assert len(answer.headers["X-Request-Id"]) == 36
    assert [line["request_id"] for line in lines] == [answer.headers["X-Request-Id"]]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("colour_2", "/colour_2", id="a field's name is told"),
        pytest.param("+8613800138000", "", id="a phone in its place is not"),
        pytest.param("_13800138000", "", id="nor as a name"),
        pytest.param("ada@example.com", "", id="nor an address"),
        pytest.param("小明", "", id="nor a person's name"),
        pytest.param("x" * 65, "", id="nor what is too long"),
    ],
)
async def test_an_unknown_name_is_told_where_it_is_like_a_fields(api, name, path):
    body = {"name": "x", "beans": 1, name: 1}
    answer = await api.post("/v1/jars", json=body, headers={"Idempotency-Key": "key-bad-name"})
    assert answer.json()["errors"] == [{"path": path, "code": "unknown_field"}]
    answer = await api.get("/v1/jars", params={name: "1"})
    assert answer.json()["errors"] == [{"path": path, "code": "unknown_parameter"}]
    assert path or name not in answer.text
