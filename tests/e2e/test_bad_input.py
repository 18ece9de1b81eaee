"""Bad input at every door of every service: 4xx with a documented code, and no row left behind."""

import itertools
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.testing.databases import Server
from deploy.local.services import SERVICES
from tests.e2e.bad_input import HOSTILE_PATHS, HOSTILE_QUERIES, Door, doors, spoilt
from tests.e2e.settling import rows
from tests.e2e.suite import Ground, Suite
from tests.e2e.test_story import FILES
from tests.e2e.till import Till
from tests.oracle.test_story import ENROLLED, A, on

JSON = "application/json"
NDJSON = "application/x-ndjson"
SAGAS = re.compile(r"/v1/redemptions|/v1/standings/[^/]+/steps$")
TWENTY_MB = 20_000_000
CHUNK = b" " * 100_000
KEYS = (f"bad-input-{n}" for n in itertools.count())
EDGE = {
    "malformed",
    "unauthenticated",
    "forbidden",
    "not_found",
    "too_large",
    "unsupported_media_type",
    "invalid",
    "idempotency_key_required",
}
HASH = """
SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C"), '')) AS hash
FROM "{table}" AS t
"""
TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


class Visitor:
    """Sends what must be refused, and holds every answer against the rules."""

    def __init__(self, suite: Suite, service: str, member_id: str) -> None:
        process = suite.processes[service]
        self.member_id = member_id
        self.process = process
        self.doors = doors(service, process.app.openapi())
        transport = httpx.ASGITransport(app=process.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://laurel")
        self.keys = suite.keys
        self.sent = 0
        self.codes: Counter[str] = Counter()
        self.found: list[str] = []

    def key_for(self, door: Door) -> str:
        """A key that may enter; the door is not what refuses."""
        scopes = {row["id"]: row["scopes"] for row in _key_rows(self.process)}
        who = [name for name in self.keys if door.terms["scope"] in scopes[name]]
        assert who, f"nobody may {door.method} {door.path}: no key has {door.terms['scope']}"
        return self.keys[who[0]]

    async def send(self, door: Door, url: str, content: Any, **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {self.key_for(door)}", "Idempotency-Key": next(KEYS)}
        given |= {"Content-Type": NDJSON if door.terms["lines"] else JSON}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in given.items() if value}
        self.sent += 1
        request = self.client.build_request(door.method, url, content=content, headers=kept)
        return await self.client.send(request)

    def refused(self, door: Door, answer: httpx.Response, what: object, *codes: str) -> None:
        """4xx, problem+json, a documented code, outcome none."""
        name = f"{door.method} {door.path} {str(what)[:160]!r}"
        if not 400 <= answer.status_code < 500:
            self.found.append(f"{name} answered {answer.status_code}: {answer.text[:200]}")
            return
        problem = answer.json()
        if answer.headers["content-type"] != "application/problem+json":
            self.found.append(f"{name}: {answer.headers['content-type']}")
        if problem["code"] not in (codes or EDGE | door.codes) or problem["outcome"] != "none":
            self.found.append(f"{name}: {problem['code']}, outcome {problem['outcome']}")
        self.codes[problem["code"]] += 1


def _key_rows(process: Any) -> list[dict[str, Any]]:
    kept: dict[str, list[dict[str, Any]]] = json.loads(process.settings.keys_file.read_text())
    return kept["keys"]


async def kept(visitor: Visitor) -> dict[str, str]:
    """A hash of each table's rows: a row that is added, gone or changed shows."""
    tables = [row.name for row in await rows(visitor.process, TABLES)]
    found = {}
    for table in tables:
        found[table] = (await rows(visitor.process, HASH.format(table=table)))[0].hash
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """Doors alone: nothing happens that nobody asked for."""
    ground = Ground(server, tmp_path_factory.mktemp("bad-input"), "local")
    suite = Suite(ground, on(4, 25), roles="api")
    await suite.start()
    await suite.publish(FILES)
    yield suite
    await suite.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def member_id(suite: Suite) -> str:
    """Someone who is there, with a purchase."""
    till = Till(await suite.client("till"), "CNY")
    enrolled = await till.enrol("CARD1", ENROLLED)
    await till.buy("CARD1", "A", A)
    return enrolled


@pytest.fixture(params=[service.name for service in SERVICES])
def visitor(request: pytest.FixtureRequest, suite: Suite, member_id: str) -> Visitor:
    return Visitor(suite, request.param, member_id)


TOUCH = "UPDATE document SET actor = 'somebody else' WHERE version = 1"
TOUCH_BACK = "UPDATE document SET actor = :actor WHERE version = 1"
ACTOR = "SELECT actor FROM document WHERE version = 1"


async def test_one_changed_row_of_one_table_is_seen(visitor: Visitor) -> None:
    before = await kept(visitor)
    (was,) = await rows(visitor.process, ACTOR)
    await rows(visitor.process, TOUCH)
    changed = await kept(visitor)
    assert {name for name in before if changed[name] != before[name]} == {"document"}
    await rows(visitor.process, TOUCH_BACK, actor=was.actor)
    assert await kept(visitor) == before


async def test_a_spoilt_body_is_refused_and_leaves_nothing(visitor: Visitor) -> None:
    for door in visitor.doors:
        if door.method in {"POST", "PUT", "PATCH"}:
            before = await kept(visitor)
            await spoil(visitor, door)
            assert await kept(visitor) == before, f"{door.method} {door.path} left rows"
    assert not visitor.found
    assert visitor.sent > 100


async def spoil(visitor: Visitor, door: Door) -> None:
    alone = (door.method, door.path.removesuffix(":batch"))
    single = next((d for d in visitor.doors if (d.method, d.path) == alone), door)
    if door.terms["lines"]:
        await spoil_lines(visitor, door, spoilt(single))
    elif door.schema is not None:
        for body in spoilt(door):
            answer = await visitor.send(door, door.of(visitor.member_id), body)
            visitor.refused(door, answer, body, *door.spoilt_codes)
    await spoil_whole(visitor, door)


async def spoil_lines(visitor: Visitor, door: Door, bodies: Iterable[bytes]) -> None:
    """Every line of a batch is refused by itself."""
    lines = [body for body in bodies if len(body) < 2_000]
    answer = await visitor.send(door, door.of(visitor.member_id), b"\n".join(lines))
    answered = [json.loads(line) for line in answer.text.splitlines()]
    assert len(answered) == len(lines), answer.text[:300]
    for line, sent in zip(answered, lines, strict=True):
        if not 400 <= line["status"] < 500 or line.get("code") not in door.spoilt_codes:
            visitor.found.append(f"{door.path}: {sent[:160]!r} answered {line}")


async def spoil_whole(visitor: Visitor, door: Door) -> None:
    """Size, media type and chunks without a length."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(TWENTY_MB // len(CHUNK)):
            yield CHUNK

    declared = await visitor.send(door, door.of(visitor.member_id), b" " * TWENTY_MB)
    visitor.refused(door, declared, "20 MB", "too_large")
    visitor.refused(
        door, await visitor.send(door, door.of(visitor.member_id), chunks()), "chunks", "too_large"
    )
    text = await visitor.send(door, door.of(visitor.member_id), b"{}", Content_Type="text/plain")
    visitor.refused(door, text, "text/plain", "unsupported_media_type")


async def test_a_hostile_address_is_refused(visitor: Visitor) -> None:
    before = await kept(visitor)
    for door in visitor.doors:
        for hostile in HOSTILE_PATHS if "{" in door.path else ():
            answer = await visitor.send(door, door.at(hostile), None)
            visitor.refused(door, answer, hostile)
        for parameter in door.operation.get("parameters", []):
            for hostile in HOSTILE_QUERIES.get(parameter["name"], ()):
                url = f"{door.at()}?{parameter['name']}={hostile}"
                visitor.refused(door, await visitor.send(door, url, None), url)
    assert not visitor.found
    assert await kept(visitor) == before


async def test_a_missing_or_foreign_key_opens_nothing(visitor: Visitor) -> None:
    before = await kept(visitor)
    foreign = "Bearer laurel_dev_till_000000000000000000000000000000000000000000"
    for door in visitor.doors:
        for header in ("", foreign, "Bearer ", "Basic eDp4", "Bearer \x7f"):
            answer = await visitor.send(door, door.at(), b"{}", Authorization=header)
            visitor.refused(door, answer, header, "unauthenticated")
        for name, scopes in [(row["id"], row["scopes"]) for row in _key_rows(visitor.process)]:
            if door.terms["scope"] not in scopes:
                bearer = f"Bearer {visitor.keys[name]}"
                answer = await visitor.send(door, door.at(), b"{}", Authorization=bearer)
                visitor.refused(door, answer, name, "forbidden")
    assert not visitor.found
    assert await kept(visitor) == before


def is_keyed(door: Door) -> bool:
    """Sagas own their idempotency, so their terms do not say it."""
    is_saga = door.method == "POST" and bool(SAGAS.match(door.path))
    return is_saga or bool(door.terms["keyed"])


async def test_a_command_without_its_key_is_refused(visitor: Visitor) -> None:
    before = await kept(visitor)
    for door in visitor.doors:
        for key in ("", "short", "k" * 129, "with space") if is_keyed(door) else ():
            answer = await visitor.send(door, door.at(), b"{}", Idempotency_Key=key)
            visitor.refused(door, answer, key, "idempotency_key_required", "invalid")
    assert not visitor.found
    assert await kept(visitor) == before
