"""What runs a service: settings, jobs, failpoints, migrations, its document, calls to peers."""

import asyncio
import json
import os
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import ValidationError
from structlog.testing import capture_logs

from chassis import failpoints
from chassis.auth import Keys, Secrets, key_hash
from chassis.client import Client, Unknown
from chassis.clock import clock
from chassis.database import Database
from chassis.http.app import OPEN_PATHS, application, demand_scopes
from chassis.migrate import migrate, pending
from chassis.settings import Settings
from chassis.tx import Cause, Unavailable
from tests.chassis import shelf

CAUSE = Cause(request_id="test", actor="test")


def surroundings(tmp_path, **more):
    return {
        "database_url": "postgresql://x/y",
        "keys_file": tmp_path / "k",
        "secrets_file": tmp_path / "s",
        **more,
    }


def test_what_is_missing_stops_the_process_and_is_named(monkeypatch):
    monkeypatch.delenv("LAUREL_DATABASE_URL", raising=False)
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert {error["loc"][0] for error in raised.value.errors()} == {
        "database_url",
        "keys_file",
        "secrets_file",
    }


@pytest.mark.parametrize(
    "forbidden", [{"failpoints": "tx.after_begin=exit"}, {"test_clock_file": "now"}]
)
def test_production_refuses_what_tests_need(tmp_path, forbidden):
    settings = Settings(**surroundings(tmp_path, env="production", **forbidden))
    with pytest.raises(ValueError, match="refused in production"):
        settings.check()


@pytest.mark.parametrize("roles", ["", "api,fly"])
def test_a_role_that_is_none_is_named(tmp_path, roles):
    with pytest.raises(ValueError, match="LAUREL_ROLES"):
        Settings(**surroundings(tmp_path, roles=roles)).chosen_roles()


def test_a_route_without_a_scope_stops_the_start():
    app, below, deeper = FastAPI(), APIRouter(), APIRouter()
    deeper.get("/open")(lambda: None)
    below.include_router(deeper)
    app.include_router(below)
    with pytest.raises(TypeError, match="/open declares no scope"):
        demand_scopes(app, ())
    demand_scopes(app, ("/open",))
    with pytest.raises(TypeError, match="declare routes with"):
        shelf.router.add_api_route("/open", lambda: None)


def test_the_routes_of_a_service_all_declare_theirs(stage):
    app = application(stage.app.state.edge, [shelf.router], dict, stage.process.ready)
    with pytest.raises(TypeError, match="/healthz declares no scope"):
        demand_scopes(app, ())
    demand_scopes(app, OPEN_PATHS)


def test_the_test_clock_stands_where_the_file_says(tmp_path):
    file = tmp_path / "now"
    now = clock(file)
    file.write_text("2026-03-01T08:00:00+08:00\n")
    first = now()
    file.write_text("2026-03-02T00:00:00Z")
    assert (first, now()) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))


def test_a_revoked_key_opens_nothing_once_its_file_is_read_again(tmp_path):
    pepper, file = b"p" * 32, tmp_path / "keys.json"
    row = {"id": "k1", "hash": key_hash(pepper, "secret-key"), "source": "till", "scopes": ["a"]}
    file.write_text(json.dumps({"keys": [row]}))
    keys = Keys(file, pepper)
    assert keys.caller("secret-key").source == "till"
    assert keys.caller("another-key") is None
    file.write_text('{"keys":[]}')
    assert keys.caller("secret-key") is None


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="being written"),
        pytest.param('{"keys": [{"id": "k1"', id="half of it"),
        pytest.param('{"keys": [{"id": "k1", "source": "till", "scopes": []}]}', id="no hash"),
        pytest.param('{"keys": 1}', id="no list"),
        pytest.param(None, id="gone for a moment"),
    ],
)
def test_keys_hold_on_while_their_file_cannot_be_read(tmp_path, written):
    pepper, file = b"p" * 32, tmp_path / "keys.json"
    row = {"id": "k1", "hash": key_hash(pepper, "secret-key"), "source": "till", "scopes": ["a"]}
    file.write_text(json.dumps({"keys": [row]}))
    keys = Keys(file, pepper)
    assert keys.caller("secret-key") is not None
    if written is None:
        file.unlink()
    else:
        file.write_text(written)
        os.utime(file, ns=(1, 1))
    with capture_logs() as lines:
        assert all(keys.caller("secret-key") for _ in range(3))
    assert [line["event"] for line in lines] == ["keys unreadable"]
    file.write_text('{"keys":[]}')
    assert keys.caller("secret-key") is None


def test_a_short_secret_is_refused():
    with pytest.raises(LookupError, match="'kek' is missing or shorter"):
        Secrets({"kek": b"short"}).key("kek")


async def test_a_job_works_off_what_is_due_and_then_rests(stage):
    async with stage.begin() as tx:
        await tx.execute("jar", shelf.PUT_JAR, name="two", beans=2)
        await tx.execute("jar", shelf.PUT_JAR, name="one", beans=1)
    assert await stage.run_job("eat_beans") == 3
    assert await stage.run_job("eat_beans") == 0


async def test_a_job_that_fails_is_tried_again_and_leaves_nothing_half_done(stage):
    async with stage.begin() as tx:
        await tx.execute("jar", shelf.PUT_JAR, name="again", beans=1)
    failpoints.arm("sql.eat=error")
    with pytest.raises(failpoints.FailpointError):
        await stage.run_job("eat_beans")
    assert (await stage.rows("SELECT beans FROM jar WHERE name = 'again'"))[0].beans == 1
    assert await stage.run_job("eat_beans") == 1
    failpoints.arm("")


def test_a_failpoint_has_a_name_that_someone_registered():
    with pytest.raises(ValueError, match="no such failpoint"):
        failpoints.arm("nowhere=exit")
    with pytest.raises(ValueError, match="exit, error or sleep"):
        failpoints.arm("tx.after_begin=explode")


async def test_a_failpoint_strikes_at_its_nth_hit(stage):
    failpoints.arm("tx.after_begin=error@2")
    async with stage.begin():
        pass
    with pytest.raises(failpoints.FailpointError):
        async with stage.begin():
            pass
    async with stage.begin():
        pass
    failpoints.arm("")
    assert await stage.rows("SELECT 1 AS alive")


async def test_a_copy_is_inside_the_transaction_even_as_its_first_statement(stage):
    with pytest.raises(RuntimeError):
        async with stage.begin() as tx:
            await tx.copy("jars", "jar", ("name", "beans"), [("copied", 1)])
            raise RuntimeError
    assert not await stage.rows("SELECT 1 FROM jar WHERE name = 'copied'")


async def test_who_waits_too_long_for_a_lock_cannot_know_what_its_holder_does(stage):
    async with stage.begin() as tx:
        await tx.execute("jar", shelf.PUT_JAR, name="locked", beans=1)
    async with stage.begin() as holder:
        await holder.execute("lock", "SELECT 1 FROM jar WHERE name = 'locked' FOR UPDATE")
        with pytest.raises(Unavailable) as raised:
            async with stage.begin() as tx:
                await tx.execute("patience", "SELECT set_config('lock_timeout', '20ms', true)")
                await tx.execute("lock", "SELECT 1 FROM jar WHERE name = 'locked' FOR UPDATE")
    assert raised.value.outcome == "unknown"


async def test_a_database_that_does_not_answer_is_not_ready(stage, monkeypatch):
    gone = Database("postgresql://nobody@127.0.0.1:1/none", stage.clock, stage.database.secrets)
    monkeypatch.setattr(stage.process, "database", gone)
    async with stage.client() as caller:
        answer = await caller.get("/readyz")
    await gone.close()
    assert (answer.status_code, answer.json()["database"]) == (503, "does not answer")


async def test_migrations_run_once_whoever_starts_first(server, service, stage):
    dsn = await server.fresh(service.migrations)
    database = Database(dsn, stage.clock, stage.database.secrets)
    await asyncio.gather(*(migrate(database.engine, service.migrations) for _ in range(4)))
    assert await pending(database.engine, service.migrations) == []
    async with database.begin(CAUSE) as tx:
        await tx.execute("forget", "DELETE FROM service_version")
    assert await pending(database.engine, service.migrations) == ["0001"]
    await database.close()


async def test_a_database_that_a_newer_release_has_migrated_is_left_as_it_is(server, service):
    dsn = await server.fresh(service.migrations)
    database = Database(dsn, lambda: datetime.now(UTC), Secrets({}), 2, "older")
    async with database.begin(CAUSE) as tx:
        for table in ("service_version", "chassis_version"):
            await tx.execute("newer", f"UPDATE {table} SET version_num = '9999'")
    assert await pending(database.engine, service.migrations) == []
    await migrate(database.engine, service.migrations)
    async with database.begin(CAUSE) as tx:
        stands = await tx.execute("stands", "SELECT version_num FROM service_version")
    assert [row.version_num for row in stands] == ["9999"]
    await database.close()


async def test_settings_are_versions_and_publishing_the_same_changes_nothing(api):
    path = "/v1/shelf-svc/programme"
    assert (await api.get(path)).status_code == 404
    for body, version in (({"beans_max": 5}, 1), ({"beans_max": 5}, 1), ({"beans_max": 6}, 2)):
        assert (await api.put(path, json=body)).json() == {"version": version, **body}
    assert (await api.get(path)).json() == {"version": 2, "beans_max": 6}
    refused = await api.put(path, json={"beans_max": "6"})
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"path": "/beans_max", "code": "type"}],
    )


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_peer_without_a_definite_answer_is_unknown_and_asked_again(status):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(status, json={})

    client = Client(
        "http://peer", "key", transport=httpx.MockTransport(answer), wait_initial_s=0.001
    )
    with pytest.raises(Unknown):
        await client.get("/v1/thing", CAUSE)
    assert len(asked) == 3
    await client.close()


async def test_a_peer_that_answers_in_the_end_has_answered():
    answers = iter(
        [httpx.Response(503, json={}), httpx.Response(409, json={"code": "no", "asked": 5})]
    )
    transport = httpx.MockTransport(lambda request: next(answers))
    client = Client("http://peer", "key", transport=transport, wait_initial_s=0.001)
    answer = await client.post("/v1/thing", CAUSE, {"points": 5}, key="key-00000001")
    assert (answer.status, answer.code, answer.body["asked"]) == (409, "no", 5)
    await client.close()


async def test_who_needs_settings_that_nobody_published_is_told_to_wait(api, stage):
    await stage.rows("DELETE FROM document")
    answer = await api.get("/v1/jars/x/settings")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (answer.json()["waits_for"], answer.json()["outcome"]) == ("settings", "none")
