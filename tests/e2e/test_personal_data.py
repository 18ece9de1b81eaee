"""I18: what is personal stays in member-svc's vault, whatever members, tills and mistakes do.

The suite runs as processes. People with canaries for data enrol, buy, bring back, redeem and are
refused; tills put the canaries where they do not belong; a service fails with one in its hands.
Then everything that was written anywhere is searched.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.testing.databases import Server
from chassis.testing.eventually import eventually
from tests.e2e.canaries import Canaries, Place, files, rows, server_log
from tests.e2e.test_story import FILES
from tests.faults.checker import Books
from tests.faults.convergence import Convergence
from tests.faults.world import Site, World

PHONE = {"kind": "phone", "value": "138 9901-8842"}
EMAIL = {"kind": "email", "value": "Zephyrine.Quill@Xylocanary.example"}
CARD = {"kind": "card", "value": "CNRY7734019928"}
APP = {"kind": "app", "value": "app-cnry-5521-zq"}
WECHAT = {"kind": "platform:wechat", "value": "oCnry_66-wx-Quillfeather"}
LINKED = {"kind": "phone", "value": "+44 20 7946 0991"}
STRANGER = {"kind": "email", "value": "unclaimed.stranger@xylocanary.example"}
PROFILE = {
    "name": "Zephyrine 文 Quillfeather",
    "birthday": {"month": 6, "day": 17, "year": 1937},
    "attributes": {"shoe-size": "forty-two-and-a-canary"},
}
SPELLINGS = {
    "phone": ("+8613899018842", "13899018842", "138 9901-8842", "138 9901 8842", "138-9901-8842"),
    "linked phone": ("+442079460991", "02079460991", "020 7946 0991", "+44 20 7946 0991"),
    "e-mail": (EMAIL["value"], "Zephyrine.Quill"),
    "stranger": (STRANGER["value"], "unclaimed.stranger"),
    "card": (CARD["value"],),
    "app": (APP["value"],),
    "platform": (WECHAT["value"],),
    "name": (PROFILE["name"], "Zephyrine", "Quillfeather"),
    "birthday": ("1937-06-17", "17.06.1937", "06/17/1937", '"year":1937', "year=1937"),
    "attribute": ("forty-two-and-a-canary",),
}
CANARIES = Canaries(SPELLINGS)
MANY = {"Content-Type": "application/x-ndjson"}
FAULT = {"member-svc": "sql.link_identifiers=error"}
HEARD = {
    *("member-svc outbox", "member-svc bus_log", "points-svc posting", "points-svc bus_log"),
    *("tier-svc purchase", "benefit-svc redemption", "benefit-svc bus_log"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One process a service and the gateway, on the local bus."""
    world = World(Site(server, tmp_path_factory.mktemp("vault")))
    await world.start(FILES, FAULT)
    yield world
    await world.stop()


class Counter:
    """Where people give their data away. It keeps every answer that nobody asked to be in clear."""

    def __init__(self, world: World) -> None:
        self.answers: list[httpx.Response] = []
        self._world = world
        self._at = datetime.now(UTC) - timedelta(hours=1)

    async def ask(self, method: str, path: str, who: str = "till", **given: Any) -> httpx.Response:
        async with self._world.client(who) as client:
            given["headers"] = {"X-Request-Id": "13899018842"} | given.get("headers", {})
            answer = await client.request(method, path, **given)
        if not path.endswith("/reveal"):
            self.answers.append(answer)
        return answer

    async def post(self, path: str, body: Any, key: str = "", who: str = "till") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.ask("POST", path, who, json=body, headers=headers)

    def purchase(self, ref: str, member: Any) -> dict[str, Any]:
        """For 600 CNY, with the personal data that a careless till adds."""
        line = {"line_id": "1", "sku": "s", "category": "c", "quantity": 2, "amount_minor": 60_000}
        return {
            "source_ref": ref,
            "member": member,
            "occurred_at": self._at.isoformat(),
            "store_id": "store-1",
            "currency": "CNY",
            "lines": [line],
            "attributes": {"phone": "13899018842", "name": PROFILE["name"], "register": "1"},
        }

    def back(self, ref: str, of: str) -> dict[str, Any]:
        """One of two comes back."""
        return {
            "source_ref": ref,
            "purchase_ref": of,
            "occurred_at": datetime.now(UTC).isoformat(),
            "lines": [{"line_id": "1", "quantity": 1}],
        }


def complaint(ref: str, identifier: dict[str, str]) -> dict[str, Any]:
    """Somebody complains."""
    return {
        "source_ref": ref,
        "member": identifier,
        "kind": "complaint",
        "occurred_at": datetime.now(UTC).isoformat(),
        "category": "delivery",
        "severity": "high",
    }


async def joins(counter: Counter) -> str:
    """Somebody buys, joins (a service fails meanwhile), is looked up, changed, linked, revealed."""
    early = await counter.post("/v1/purchases", counter.purchase("early", PHONE))
    assert early.json()["status"] == "unclaimed"
    body = {
        "identifiers": [PHONE, EMAIL, CARD, APP, WECHAT],
        "profile": PROFILE,
        "consents": [{"purpose": "newsletter", "version": "1"}],
        "enrolled_at": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
    }
    failed = await counter.post("/v1/members", body)
    assert (failed.status_code, failed.json()["code"]) == (500, "fault")
    joined = await counter.post("/v1/members", body)
    assert joined.status_code == 201, joined.text
    member_id: str = joined.json()["member_id"]
    path = f"/v1/members/{member_id}"
    for identifier in body["identifiers"]:
        assert (await counter.post("/v1/members/lookup", identifier)).status_code == 200
    linked = await counter.post(f"{path}/identifiers", LINKED)
    assert linked.status_code == 201
    await counter.ask("DELETE", f"{path}/identifiers/{linked.json()['identifier_id']}")
    assert (await counter.ask("PATCH", path, json={"profile": PROFILE})).status_code == 200
    assert (await counter.ask("GET", path)).status_code == 200
    shown = await counter.post(f"{path}/reveal", {"reason": "called about a bag"}, who="staff")
    assert shown.json()["profile"]["name"] == PROFILE["name"]
    return member_id


async def shops(counter: Counter, member_id: str) -> None:
    """The main job: buying, bringing back, redeeming, being refused, using, cancelling."""
    for number, identifier in enumerate((PHONE, EMAIL, CARD, APP, WECHAT, STRANGER)):
        bought = await counter.post("/v1/purchases", counter.purchase(f"b{number}", identifier))
        assert bought.status_code == 201, bought.text
    lines = [counter.purchase("early", PHONE), counter.purchase("b6", CARD), {"member": EMAIL}]
    content = "\n".join(json.dumps(line) for line in lines)
    batch = await counter.ask("POST", "/v1/purchases:batch", content=content, headers=MANY)
    told = [json.loads(line)["status"] for line in batch.text.splitlines()]
    assert told == [200, 201, 422]
    back = await counter.post("/v1/returns", counter.back("b0-back", "b0"))
    assert back.json()["status"] == "accepted"

    for number, identifier in enumerate((PHONE, EMAIL, STRANGER)):
        heard = await counter.post("/v1/feedback", complaint(f"c{number}", identifier))
        assert heard.status_code == 201, heard.text

    async def has_points() -> bool:
        answer = await counter.ask("GET", f"/v1/points/{member_id}")
        return any(each["available"] > 3_000 for each in answer.json().get("accounts", []))

    await eventually(has_points, what="points")
    wanted = {"member_id": member_id, "reward_id": "tote"}
    made = (
        await counter.post("/v1/redemptions", wanted, f"a-tote-of-{SPELLINGS['phone'][0]}")
    ).json()
    assert made["state"] == "fulfilled", made
    await counter.post("/v1/redemptions", wanted | {"quantity": 100}, "a-hundred-totes")
    cancel = f"/v1/redemptions/{made['redemption_id']}/cancel"
    assert (await counter.post(cancel, {"reason": "a mistake"}, "cancel-a-tote")).is_success
    used = {"code": made["voucher"]["code"], "store_id": "store-1"}
    assert (
        await counter.post("/v1/vouchers/use", used, f"use-of-{EMAIL['value']}")
    ).status_code == 409


async def errs(counter: Counter, member_id: str) -> None:
    """Tills put personal data where none belong; each answer is a no that does not repeat them."""
    name, phone = PROFILE["name"], "13899018842"
    body = counter.purchase("bad", PHONE)
    wrong = [
        ("/v1/members", {"identifiers": [{"kind": "phone", "value": f"{phone}x{name}"}]}),
        ("/v1/members", {"identifiers": [{"kind": "email", "value": name}]}),
        ("/v1/members", {"identifiers": [CARD], "profile": {"name": name * 9, phone: name}}),
        ("/v1/members", {"identifiers": [CARD], "profile": {"birthday": "1937-06-17"}}),
        ("/v1/members", {"identifiers": [PHONE, EMAIL], name: {phone: EMAIL["value"]}}),
        ("/v1/members/lookup", {"kind": EMAIL["value"], "value": phone}),
        ("/v1/members/lookup", {"kind": "card", "value": f"{CARD['value']}-unheard-of"}),
        ("/v1/purchases", body | {"store_id": name, "currency": phone}),
        ("/v1/purchases", body | {"lines": [{"line_id": name, phone: phone}]}),
        ("/v1/purchases", body | {"occurred_at": "1937-06-17", "attributes": {name: phone}}),
        ("/v1/returns", counter.back("bad-back", "b0") | {"lines": [{"line_id": phone}]}),
        ("/v1/feedback", complaint("bad", PHONE) | {"note": f"{name} called from {phone}"}),
        ("/v1/feedback", complaint("bad", PHONE) | {"category": phone}),
        ("/v1/redemptions", {"member_id": EMAIL["value"], "reward_id": name}),
        ("/v1/vouchers/check", {"code": phone, "store_id": name}),
        (f"/v1/points/{member_id}/burns", {"points": 1, "purpose": name * 9}),
        (f"/v1/members/{member_id}/reveal", {"why": f"{name} called"}),
    ]
    for number, (path, said) in enumerate(wrong):
        who = "staff" if path.endswith("/reveal") else "till"
        answer = await counter.post(path, said, f"bad-request-{number}", who)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        counter.answers.append(answer)
    for path in ("members", "points", "standings", "entitlements", "facts/purchase"):
        for value in (phone, EMAIL["value"], name):
            assert (await counter.ask("GET", f"/v1/{path}/{value}")).status_code in {404, 422}
    for noun in ("members", "facts", "rewards", phone):
        answer = await counter.ask("GET", f"/v1/{noun}", params={"phone": phone, name: name})
        assert 400 <= answer.status_code < 500
    cut = json.dumps(counter.purchase("cut", PHONE))[:-9]
    for headers in ({"Content-Type": "application/json"}, {"Content-Type": f"text/{phone}"}):
        await counter.ask("POST", "/v1/purchases", content=cut, headers=headers)
    await counter.ask("GET", "/v1/rewards", headers={"Authorization": f"Bearer {phone}"})
    assert {answer.status_code for answer in counter.answers[-3:]} == {400, 415, 401}


def told(counter: Counter) -> list[Place]:
    """What was answered, headers and all."""
    return [
        Place(
            f"the answer to {answer.request.method} {answer.request.url.path}",
            str(answer.headers.raw).encode() + answer.content,
        )
        for answer in counter.answers
    ]


async def written(world: World) -> list[Place]:
    """All that anybody wrote down: rows, events, logs, metrics, files."""
    dsns = world.suite.dsns
    found = [await server_log(dsns["member-svc"])]
    for service, dsn in dsns.items():
        found += await rows(service, dsn)
    found += files(world.suite.installation.folder)
    async with world.client("ops") as client:
        for service in dsns:
            metrics = await client.get(f"/{service}/metrics")
            found.append(Place(f"{service} metrics", metrics.content))
    return found


async def test_I18_nothing_personal_is_anywhere_outside_the_vault(world: World) -> None:
    counter = Counter(world)
    member_id = await joins(counter)
    await shops(counter, member_id)
    await errs(counter, member_id)
    await Convergence(Books(world.suite.dsns)).reached()
    places = await written(world)

    content = {place.name: place.content for place in places}
    somebody = Canaries({"member": [member_id]}).found_in(places)
    assert {each.place for each in somebody} >= HEARD
    for service in world.suite.dsns:
        assert b'"event": "request"' in content[f"logs/{service}.log"]
        assert b"laurel_request_seconds_count{" in content[f"{service} metrics"]
    assert b"FailpointError" in content["logs/member-svc.log"]
    assert "logs/gateway.log" in content
    assert CANARIES.found_in([*places, *told(counter)]) == set()
