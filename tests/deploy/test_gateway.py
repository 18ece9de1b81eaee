"""The one public address: whose a path is, what passes through, and what is said of a silence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from deploy.local.gateway import BODY_MAX, Gateway, service_of
from deploy.local.services import SERVICES
from tests.deploy.loopback import free_port

Speaker = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.mark.parametrize(
    ("path", "service"),
    [
        pytest.param("/v1/points/abc/holds", "points-svc", id="a noun is one service's"),
        pytest.param("/v1/points:preview", "points-svc", id="what follows a colon is no noun"),
        pytest.param("/v1/purchases:batch", "member-svc", id="nor in a batch"),
        pytest.param("/v1/tier-svc/programme", "tier-svc", id="settings by the service's name"),
        pytest.param("/benefit-svc/readyz", "benefit-svc", id="health by the service's name"),
        pytest.param("/benefit-svc/v1/rewards", None, id="no second way to a noun"),
        pytest.param("/v1/pointsx", None, id="a longer word is another word"),
        pytest.param("/v1", None, id="no noun"),
        pytest.param("//v1/points", None, id="an empty segment is none of ours"),
    ],
)
def test_a_path_is_routed_by_its_noun(path, service):
    assert service_of(path) == service


def test_no_noun_belongs_to_two_services():
    nouns = [noun for service in SERVICES for noun in service.nouns]
    assert len(nouns) == len(set(nouns))


async def refuse_to_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request and hang up, as a process killed in mid-request does."""
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def count_bytes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with the request's first line and the size of its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(
        int(line.partition(":")[2])
        for line in head.split("\r\n")
        if line.lower().startswith("content-length:")
    )
    await reader.readexactly(length)
    said = f"{head.splitlines()[0]} {length}".encode()
    headers = f"Idempotent-Replayed: true\r\nContent-Length: {len(said)}\r\n\r\n"
    writer.write(f"HTTP/1.1 201 Created\r\n{headers}".encode() + said)
    await writer.drain()
    writer.close()


async def tell_request_id(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with each id that the request bears, a line each."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    borne = [line.partition(": ")[2] for line in head if line.lower().startswith("x-request-id:")]
    said = "\n".join(borne).encode()
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said)
    await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def upstream(speak: Speaker) -> AsyncIterator[str]:
    server = await asyncio.start_server(speak, "127.0.0.1", 0, limit=2**20)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def client(points: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Gateway({"points-svc": points}))
    return httpx.AsyncClient(transport=transport, base_url="http://laurel")


@pytest_asyncio.fixture
async def nobody() -> str:
    return f"http://127.0.0.1:{free_port()}"


async def test_a_service_that_is_down_has_surely_done_nothing(nobody):
    with capture_logs() as lines:
        async with client(nobody) as caller:
            answer = await caller.post("/v1/points/m/burns", json={})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert [(line["event"], line["upstream"]) for line in lines] == [("not reached", "points-svc")]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["outcome"]) == ("unavailable", "none")


@pytest.mark.parametrize(
    ("method", "outcome"),
    [
        pytest.param("POST", "unknown", id="a command may have taken effect"),
        pytest.param("GET", "none", id="a question changes nothing"),
    ],
)
async def test_a_service_that_hangs_up_leaves_a_doubt(method, outcome):
    async with upstream(refuse_to_answer) as points, client(points) as caller:
        answer = await caller.request(method, "/v1/points/m/burns")
    assert (answer.status_code, answer.json()["outcome"]) == (503, outcome)


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request and stand still, as a frozen process does, until the caller gives up."""
    await reader.read()
    writer.close()


async def test_a_service_that_stands_still_leaves_a_doubt_and_a_line_in_the_log(monkeypatch):
    monkeypatch.setattr("deploy.local.gateway.ANSWER_MAX_S", 0.05)
    with capture_logs() as lines:
        async with upstream(say_nothing) as points, client(points) as caller:
            answer = await caller.post("/v1/points/m/burns", json={})
    assert (answer.status_code, answer.json()["outcome"]) == (503, "unknown")
    assert [(line["event"], line["upstream"]) for line in lines] == [("no answer", "points-svc")]
    assert lines[0]["request_id"] == answer.json()["request_id"]


@pytest.mark.parametrize("path", ["/v1/accrual-rules/1/publish", "/v1/points/adjustments:batch"])
async def test_who_may_stand_behind_a_batch_is_waited_for_when_a_till_is_not(monkeypatch, path):
    monkeypatch.setattr("deploy.local.gateway.ANSWER_MAX_S", 0.05)
    till_was_told = asyncio.Event()

    async def answer_at_last(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await till_was_told.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async with upstream(answer_at_last) as points, client(points) as caller:
        waiting = asyncio.create_task(caller.post(path, json={}))
        answer = await caller.post("/v1/points/m/burns", json={})
        till_was_told.set()
        assert (answer.status_code, (await waiting).status_code) == (503, 204)


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_the_root_says_where_each_service_is_described(nobody, path):
    async with client(nobody) as caller:
        found = (await caller.get(path)).json()["services"]
    assert found.keys() == {service.name for service in SERVICES}
    assert found["tier-svc"]["docs"] == "/tier-svc/docs"


async def test_a_request_has_one_id_from_here_on():
    async with upstream(tell_request_id) as points, client(points) as caller:
        for offered, is_kept in (("till-7", True), ("13800138000", False), ("a@b", False)):
            answer = await caller.get("/v1/points/m", headers={"X-Request-Id": offered})
            assert (answer.text == offered) == is_kept
            assert answer.text.count("\n") == 0


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_what_a_problem_means_is_a_page_here_too(nobody, accept):
    async with client(nobody) as caller:
        told = (await caller.get("/v1/wallets")).json()
        page = await caller.get(told["type"], headers={"Accept": accept})
        every = await caller.get("/problems", headers={"Accept": accept})
        unheard = await caller.get("/problems/wallet_lost", headers={"Accept": accept})
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, accept)
    assert told["title"] in page.text
    assert "points_insufficient" in every.text
    assert (unheard.status_code, unheard.json()["code"]) == (404, "not_found")


async def test_path_query_headers_and_a_large_body_pass_unchanged():
    body = b"x" * BODY_MAX
    async with upstream(count_bytes) as points, client(points) as caller:
        answer = await caller.post("/v1/points:preview%20a?at=b%2Fc", content=body)
    assert answer.text == f"POST /v1/points:preview%20a?at=b%2Fc HTTP/1.1 {BODY_MAX}"
    assert answer.headers["Idempotent-Replayed"] == "true"
    assert answer.status_code == 201


async def test_a_body_that_no_service_reads_is_refused_before_it_travels(nobody):
    async with client(nobody) as caller:
        declared = await caller.post("/v1/points:preview", content=b"x" * (BODY_MAX + 1))
    assert (declared.status_code, declared.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("headers", [{"Content-Length": "9"}, {}], ids=["short", "streamed"])
async def test_who_falls_silent_in_a_body_is_not_waited_for(monkeypatch, headers):
    monkeypatch.setattr("deploy.local.gateway.SILENCE_MAX_S", 0.05)

    async def begin() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with upstream(say_nothing) as points, client(points) as caller:
        answer = await caller.post("/v1/points/m/burns", content=begin(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")
    assert answer.json()["outcome"] == "none"


async def test_an_unknown_noun_is_nobodys(nobody):
    async with client(nobody) as caller:
        answer = await caller.get("/v1/wallets", headers={"X-Request-Id": "asked-1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"] == "asked-1"
