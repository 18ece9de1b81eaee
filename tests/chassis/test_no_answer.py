"""What is said where there is no answer, and to whom: faults, waits, bodies that dribble."""

import asyncio

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis.auth import Caller
from chassis.http import idempotency

KEY = {"Idempotency-Key": "key-00000001"}


async def test_a_fault_is_told_once_and_shows_nothing(api):
    answer = await api.get("/v1/jars/secret-name/broken")
    assert (answer.status_code, answer.json()["code"], answer.json()["outcome"]) == (
        500,
        "fault",
        "unknown",
    )
    assert "secret-name" not in answer.text
    assert "ZeroDivision" not in answer.text


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
