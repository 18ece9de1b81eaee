"""What is said where there is no answer, and to whom: faults, waits, bodies that dribble."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import pytest
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

from chassis.auth import Caller
from chassis.http import edge, idempotency
from chassis.settings import Settings

KEPT = "Idempotency-Key"
KEY = {KEPT: "key-00000001"}


async def test_a_fault_is_told_once_and_shows_nothing(api):
    answer = await api.get("/v1/jars/secret-name/broken")
    assert (answer.status_code, answer.json()["code"], answer.json()["outcome"]) == (
        500,
        "fault",
        "unknown",
    )
    assert "secret-name" not in answer.text
    assert "ZeroDivision" not in answer.text


async def test_a_fault_tells_the_log_where_it_was_and_nothing_that_was_sent(api):
    with capture_logs() as lines:
        said = [
            await api.post("/v1/jars", json={"name": "canary", "beans": 1}, headers={KEPT: key})
            for key in ("first-time", "second-time")
        ]
    assert [one.status_code for one in said] == [201, 500]
    assert "canary" not in str([format_exc_info(None, "", dict(line)) for line in lines])
    (fault,) = [line for line in lines if line["event"] == "fault"]
    assert fault["trail"][0] == "UniqueViolationError"


async def test_who_takes_too_long_is_told_that_nobody_knows(api, stage, monkeypatch):
    monkeypatch.setattr("chassis.http.route.request_seconds", lambda request, terms: 0.01)
    answer = await api.get("/v1/jars/x/slowly")
    assert (answer.status_code, answer.json()["code"], answer.json()["outcome"]) == (
        503,
        "unavailable",
        "unknown",
    )


async def test_who_waits_for_a_command_of_the_same_key_is_told_that_nobody_knows(api, stage):
    key = "key-held-by-another"
    async with stage.begin() as holder:
        known_as = idempotency.known_as(stage.process.secrets, "till", key)
        await idempotency.claim(holder, Caller("k", "till", frozenset()), known_as, b"x" * 32)
        answer = await api.post(
            "/v1/jars", json={"name": "held", "beans": 1}, headers={"Idempotency-Key": key}
        )
    assert (answer.status_code, answer.json()["outcome"]) == (503, "unknown")


async def test_who_finds_no_connection_learns_that_nothing_happened(api, stage, monkeypatch):
    monkeypatch.setattr(edge, "BEGIN_MAX_S", 0.05)
    jar = {"name": "full-pool", "beans": 1}
    key = {"Idempotency-Key": "key-full-pool"}
    async with AsyncExitStack() as busy:
        for _ in range(stage.process.settings.pool_size):
            await busy.enter_async_context(stage.begin("busy"))
        answer = await api.post("/v1/jars", json=jar, headers=key)
    assert (answer.status_code, answer.json()["outcome"]) == (503, "none")
    assert answer.headers["Retry-After"] == "1"
    monkeypatch.undo()
    again = await api.post("/v1/jars", json=jar, headers=key)
    assert (again.status_code, "Idempotent-Replayed" in again.headers) == (201, False)


def test_whoever_waits_for_a_connection_is_told_before_the_time_of_the_request_is_over():
    assert Settings.model_fields["request_s"].default > edge.BEGIN_MAX_S


async def test_a_body_that_dribbles_is_given_up_and_nothing_happens(api, stage, monkeypatch):
    monkeypatch.setattr("chassis.http.route.request_seconds", lambda request, terms: 0.05)
    forever = asyncio.Event()

    async def dribble():
        yield b'{"name": "dribble"'
        await forever.wait()

    answer = await api.post(
        "/v1/jars", content=dribble(), headers=KEY | {"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")
    assert answer.json()["outcome"] == "none"
    assert not await stage.rows("SELECT 1 FROM jar WHERE name = 'dribble'")


async def test_a_request_line_says_who_was_refused_and_with_which_code(api):
    with capture_logs() as lines:
        await api.post("/v1/jars", json={"name": "unsaid", "beans": 101})
    (line,) = [one for one in lines if one["event"] == "request"]
    assert (line["route"], line["status"]) == ("/v1/jars", 400)
    assert line["code"] == "idempotency_key_required"
    assert {"caller", "ms", "request_id"} <= line.keys()
    assert "unsaid" not in str(line)


async def test_what_a_statement_was_given_is_in_no_error(stage):
    with pytest.raises(asyncpg.PostgresError) as raised:
        async with stage.begin() as tx:
            await tx.execute("fail", "SELECT 1 / 0 WHERE CAST(:said AS text) = 'x'", said="canary")
    assert "canary" not in str(raised.value)
