"""What points-svc may answer when a simulation asks for its accrual rules (T7)."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from chassis.testing.databases import Server
from chassis.testing.stage import Stage

KNOWN = {"items": [], "next_cursor": None}
STRANGE = ("x", "", "1/3", "-1", "nan", "1e9", "9" * 33)
NOWHERE = "2026-01-01T00:00:00"


def page(*versions):
    return {"items": list(versions), "next_cursor": None}


def version(number, points, state="published", **more):
    rule = {"rule": "r", "point_type": "points", "phase": "base", **more}
    document = {
        "point_types": [{"point_type": "points"}],
        "rules": [rule | {"effect": {"kind": "per_unit", "points": points}}],
    }
    return {"version": number, "state": state, "effective_from": None, "document": document}


class Answers(httpx.AsyncBaseTransport):
    """The other end of the wire, which answers what a test wants."""

    def __init__(self):
        self.answers, self.asked = [], []

    async def handle_async_request(self, request):
        self.asked.append(request.url.raw_path.decode())
        status, content = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return httpx.Response(status, json=content)


@pytest.fixture(scope="module")
def wire():
    return Answers()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(service, server: Server, tmp_path_factory, wire) -> AsyncIterator[Stage]:
    """The service, beside what the wire answers."""
    folder = tmp_path_factory.mktemp("answers")
    dsn = await server.fresh(service.migrations)
    made = Stage(service, dsn, folder, transports={"points-svc": wire})
    yield made
    await made.process.stop()


async def simulate(api, wire, *answers, bands=()):
    wire.answers, wire.asked = list(answers), []
    period = {"from": "2026-01-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}
    (ladder,) = (await api.get("/v1/ladders")).json()["items"]
    asked = period | {"accrual": {"point_type": "points"}, "spend_bands_minor": bands}
    return await api.post(f"/v1/ladders/{ladder['version']}/simulate", json=asked)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((500, {}), id="a fault"),
        pytest.param((403, {"code": "forbidden"}), id="a no"),
        pytest.param((200, []), id="a list"),
        pytest.param((200, {"items": "many", "next_cursor": None}), id="another shape"),
        pytest.param((200, {"items": [{"version": 1}], "next_cursor": None}), id="half a version"),
        *(pytest.param((200, page(version(1, points))), id=points) for points in STRANGE),
        pytest.param((200, page({**version(1, "1"), "effective_from": NOWHERE})), id="no zone"),
    ],
)
async def test_T7_what_is_not_understood_is_no_answer(hall, api, wire, answer):
    found = await simulate(api, wire, answer)
    assert (found.status_code, found.json()["waits_for"]) == (503, "points-svc")


async def test_T7_every_page_of_versions_is_read(hall, api, wire):
    first = {"items": [version(3, "9", "draft"), version(2, "2")], "next_cursor": "a b/c"}
    last = {"items": [version(1, "1")], "next_cursor": None}
    found = await simulate(api, wire, (200, first), (200, last))
    assert found.status_code == 202, found.text
    assert found.json()["accrual"]["version"] == 2
    assert set(found.json()["accrual"]["points_per_unit"].values()) == {"2"}
    assert wire.asked == [
        "/v1/accrual-rules?state=published&limit=20",
        "/v1/accrual-rules?state=published&limit=20&cursor=a%20b%2Fc",
    ]


@pytest.mark.parametrize(
    "when",
    [
        pytest.param({}, id="of nothing"),
        pytest.param({"tier": "gold"}, id="a tier that is no list"),
        pytest.param({"tier": ["gold"], "store": ["s1"]}, id="two at once"),
        pytest.param({"all": []}, id="all of none"),
        pytest.param({"not": ["gold"]}, id="not a condition"),
        pytest.param({"moon": ["full"]}, id="a word that is new"),
    ],
)
async def test_T7_a_condition_that_is_not_understood_is_left_out_and_named(hall, api, wire, when):
    found = await simulate(api, wire, (200, page(version(1, "2", when=when))), bands=[0, 6])
    assert found.status_code == 202, found.text
    assert found.json()["accrual"]["left_out"] == [{"kind": "rule", "name": "r"}]
    assert set(found.json()["accrual"]["points_per_unit"].values()) == {"0"}
    await api.post(f"{found.headers['Location']}/cancel")


async def test_T7_where_no_rules_are_published_nothing_is_asked(hall, api, wire):
    found = await simulate(api, wire, (200, KNOWN), bands=[0, 5])
    assert (found.status_code, found.json()["code"]) == (422, "simulation_invalid")
    assert found.json()["errors"] == [{"path": "/accrual", "code": "unpublished"}]
