"""The HTTP edge: who gets in, what is read, what is answered, and when it is committed."""

import asyncio

import pytest

from chassis import failpoints
from chassis.bus.message import unpack
from tests.chassis import shelf

KEY = {"Idempotency-Key": "key-00000001"}


async def jars(stage):
    return {row.name: row.beans for row in await stage.rows("SELECT name, beans FROM jar")}


async def test_a_keyed_command_answers_once_and_again_the_same(api, stage):
    first = await api.post("/v1/jars", json={"name": "a", "beans": 3}, headers=KEY)
    again = await api.post("/v1/jars", json={"beans": 3, "name": "a"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert (await jars(stage))["a"] == 3


async def test_the_same_key_with_another_body_is_refused_without_effect(api, stage):
    before = await jars(stage)
    answer = await api.post("/v1/jars", json={"name": "b", "beans": 4}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await jars(stage) == before


async def test_a_key_belongs_to_its_caller(stage):
    async with stage.client(source="web") as other:
        answer = await other.post("/v1/jars", json={"name": "c", "beans": 5}, headers=KEY)
    assert answer.status_code == 201


@pytest.mark.parametrize("key", [None, "short", "x" * 129, "has space 1", "schlüssel-1"])
async def test_a_command_without_a_proper_key_is_refused(api, key):
    headers = {} if key is None else {"Idempotency-Key": key.encode("latin-1")}
    answer = await api.post("/v1/jars", json={"name": "d", "beans": 1}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


async def test_a_refusal_leaves_no_trace_and_is_kept_as_the_answer(api, stage):
    headers = {"Idempotency-Key": "key-refused-1"}
    first = await api.post("/v1/jars", json={"name": "full", "beans": 101}, headers=headers)
    again = await api.post("/v1/jars", json={"name": "full", "beans": 101}, headers=headers)
    assert first.status_code == again.status_code == 409
    assert first.json() | {"request_id": ""} == again.json() | {"request_id": ""}
    assert first.json() | {"request_id": ""} == {
        "type": "/problems/jar_full",
        "title": "The jar is full.",
        "status": 409,
        "detail": "Conflict",
        "code": "jar_full",
        "request_id": "",
        "outcome": "none",
        "asked": 101,
        "room": 100,
    }
    assert "full" not in await jars(stage)


async def test_two_at_a_time_with_one_key_take_effect_once(api, stage):
    headers = {"Idempotency-Key": "key-two-at-once"}
    asked = [
        api.post("/v1/jars", json={"name": "twin", "beans": 1}, headers=headers) for _ in range(8)
    ]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {201}
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1


async def test_a_failed_commit_is_never_answered_as_a_success(api, stage):
    failpoints.arm("tx.before_commit=error")
    answer = await api.post(
        "/v1/jars", json={"name": "lost", "beans": 1}, headers={"Idempotency-Key": "key-lost-1"}
    )
    failpoints.arm("")
    assert (answer.status_code, answer.json()["outcome"]) == (500, "unknown")
    assert "lost" not in await jars(stage)


async def test_a_lost_race_is_run_again(api, stage):
    shelf.races[:] = [0, 1, 1]
    answer = await api.post("/v1/jars/raced/race")
    assert answer.status_code == 200
    shelf.races[:] = [1] * 9
    beaten = await api.post("/v1/jars/beaten/race")
    shelf.races.clear()
    assert (beaten.status_code, beaten.json()["code"], beaten.headers["Retry-After"]) == (
        503,
        "unavailable",
        "1",
    )
    assert "raced" in await jars(stage)
    assert "beaten" not in await jars(stage)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        pytest.param(b"{", 400, "malformed", id="no JSON"),
        pytest.param(b'{"name":"x","name":"y","beans":1}', 400, "malformed", id="a key twice"),
        pytest.param(b'{"name":"x","beans":NaN}', 400, "malformed", id="NaN"),
        pytest.param(b'{"name":"x","beans":Infinity}', 400, "malformed", id="Infinity"),
        pytest.param(b'{"name":"\\ud800","beans":1}', 400, "malformed", id="a lone surrogate"),
        pytest.param(b'{"name":"\xff","beans":1}', 400, "malformed", id="no UTF-8"),
        pytest.param(b"[" * 17 + b"]" * 17, 400, "malformed", id="seventeen deep"),
        pytest.param(b"[" * 100_000, 413, "too_large", id="a hundred thousand deep, too large"),
        pytest.param(b"[" * 50_000, 400, "malformed", id="fifty thousand deep"),
        pytest.param(
            b'{"beans":' + b"9" * 5_000 + b"}", 400, "malformed", id="five thousand digits"
        ),
        pytest.param(b'{"name":"x","beans":9223372036854775808}', 422, "invalid", id="2^63"),
        pytest.param(b'{"name":"x","beans":1.0}', 422, "invalid", id="1.0"),
        pytest.param(b'{"name":"x","beans":1e3}', 422, "invalid", id="an exponent"),
        pytest.param(b'{"name":"x","beans":"1"}', 422, "invalid", id="a number as text"),
        pytest.param(b'{"name":"x","beans":true}', 422, "invalid", id="true is not 1"),
        pytest.param(b'{"name":"x","beans":0}', 422, "invalid", id="no points at all"),
        pytest.param(
            b'{"name":"x","beans":1,"colour":"red"}', 422, "invalid", id="an unknown field"
        ),
        pytest.param(b'{"name":"x","beans":1,"label":"a\\u0000b"}', 422, "invalid", id="NUL"),
        pytest.param(
            b'{"name":"x","beans":1,"label":"a\\u202eb"}', 422, "invalid", id="a bidi override"
        ),
        pytest.param(b'{"name":"x y","beans":1}', 422, "invalid", id="a reference with a space"),
        pytest.param(
            b'{"name":"x","beans":1,"made_at":"2026-01-01"}',
            422,
            "invalid",
            id="a day is no instant",
        ),
        pytest.param(
            b'{"name":"x","beans":1,"made_at":"2026-01-01T00:00:00"}',
            422,
            "invalid",
            id="no offset",
        ),
        pytest.param(
            b'{"name":"x","beans":1,"made_at":1}', 422, "invalid", id="a number is no instant"
        ),
        pytest.param(
            b'{"name":"x","beans":1,"made_at":"0001-01-01T00:00:00+23:59"}',
            422,
            "invalid",
            id="before time",
        ),
        pytest.param(b"[]", 422, "invalid", id="a list"),
        pytest.param(b"null", 422, "invalid", id="null"),
        pytest.param(b"", 422, "invalid", id="nothing"),
        pytest.param(b" " * 20_000_000, 413, "too_large", id="twenty megabytes"),
    ],
)
async def test_bad_input_is_a_problem_and_leaves_no_trace(api, stage, sent, status, code):
    before = await stage.counts()
    headers = {"Idempotency-Key": "key-bad-input", "Content-Type": "application/json"}
    answer = await api.post("/v1/jars", content=sent, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["outcome"] == "none"
    assert b"red" not in answer.content
    assert await stage.counts() == before


async def test_an_invalid_field_is_named_by_pointer_and_code(api):
    body = {"name": "x", "beans": 0, "colour": "red"}
    answer = await api.post("/v1/jars", json=body, headers={"Idempotency-Key": "key-bad-input"})
    assert answer.json()["errors"] == [
        {"path": "/beans", "code": "out_of_range"},
        {"path": "/colour", "code": "unknown_field"},
    ]


async def test_only_json_is_read(api):
    answer = await api.post(
        "/v1/jars", content=b"name=x", headers={**KEY, "Content-Type": "text/plain"}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_lines_are_answered_in_order(api):
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await api.post(
        "/v1/jars:batch", content=b'{"name":"a"}\n\n{"name":"b"}\n', headers=headers
    )
    assert answer.text == '{"line":1,"status":201,"name":"a"}\n{"line":2,"status":201,"name":"b"}\n'
    many = await api.post("/v1/jars:batch", content=b'{"name":"a"}\n' * 5_001, headers=headers)
    assert (many.status_code, many.json()["code"]) == (413, "too_large")


async def test_who_has_no_key_or_no_scope_gets_nothing(api, stage):
    nobody = await api.get("/v1/jars", headers={"Authorization": "Bearer nonsense"})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    async with stage.client("jar:read") as reader:
        assert (await reader.get("/v1/jars")).status_code == 200
        refused = await reader.post("/v1/jars", json={"name": "x", "beans": 1}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_pages_follow_a_cursor_that_nobody_can_forge(api, stage):
    async with stage.begin() as tx:
        for n in range(5):
            await tx.execute("jar", shelf.PUT_JAR, name=f"page{n}", beans=1)
    seen, cursor = [], None
    for _ in range(20):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/jars", params=params)).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(await jars(stage))
    forged = await api.get("/v1/jars", params={"cursor": "A" + "bcd" * 9})
    assert (forged.status_code, forged.json()["errors"]) == (
        422,
        [{"path": "/cursor", "code": "format"}],
    )
    assert (await api.get("/v1/jars", params={"limit": 201})).status_code == 422


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("00-" + "4b" * 16 + "-" + "f9" * 8 + "-01", True, id="a trace is carried on"),
        pytest.param("00-secret", False, id="what is no trace is not"),
    ],
)
async def test_a_callers_trace_travels_with_what_is_said(api, stage, sent, kept):
    await api.post("/v1/jars/traced/tell", headers={"traceparent": sent})
    records = (await stage.rows("SELECT records FROM outbox ORDER BY id DESC LIMIT 1"))[0].records
    headers = dict(unpack(records)[0].headers)
    assert headers.get("traceparent", b"").decode() == (sent if kept else "")


async def test_an_instant_may_be_finer_than_we_keep(api):
    body = {"name": "fine", "beans": 1, "made_at": "2026-03-02T10:00:00.1234567+08:00"}
    answer = await api.post("/v1/jars", json=body, headers={"Idempotency-Key": "key-fine-1"})
    assert answer.json()["made_at"] == "2026-03-02T02:00:00.123456Z"


async def test_a_parameter_that_would_be_ignored_is_refused(api):
    answer = await api.get("/v1/jars", params={"limit": 1, "at": "2026-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"path": "/at", "code": "unknown_parameter"}],
    )


async def test_what_is_not_there_is_a_problem_too(api):
    for answer, code in (
        (await api.get("/v1/jars/none"), "not_found"),
        (await api.get("/v1/nowhere"), "not_found"),
        (await api.put("/v1/jars"), "method_not_allowed"),
    ):
        assert answer.json()["code"] == code
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_health_and_metrics_are_open(api):
    assert (await api.get("/healthz")).json() == {"status": "ok"}
    assert (await api.get("/readyz")).json() == {"status": "ok"}
    assert "laurel_request_seconds" in (await api.get("/metrics")).text
