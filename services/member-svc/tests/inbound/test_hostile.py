"""Bad input at every door: 4xx as a problem document, nothing echoed, no row left behind."""

import pytest

from member_svc.inbound.http import ROUTERS

JSON_DOORS = [
    ("POST", "/v1/members"),
    ("POST", "/v1/members/lookup"),
    ("PATCH", "/v1/members/m"),
    ("POST", "/v1/members/m/identifiers"),
    ("POST", "/v1/members/m/status"),
    ("POST", "/v1/members/m/reveal"),
    ("POST", "/v1/purchases"),
    ("POST", "/v1/returns"),
    ("POST", "/v1/activities"),
    ("POST", "/v1/feedback"),
    ("POST", "/v1/facts/f/accept"),
    ("POST", "/v1/facts/f/reject"),
    ("PUT", "/v1/segments/vip/members/m"),
    ("POST", "/v1/segments"),
]
LINES = ("purchases", "returns", "activities", "feedback", "segments")
LINE_DOORS = [("POST", f"/v1/{noun}:batch") for noun in LINES]
OTHER_DOORS = [
    ("GET", "/v1/members/m"),
    ("DELETE", "/v1/members/m/identifiers/i"),
    ("POST", "/v1/purchases/r/void"),
    ("GET", "/v1/facts/purchase/r"),
    ("GET", "/v1/facts"),
    ("GET", "/v1/feedback/r"),
    ("DELETE", "/v1/segments/vip/members/m"),
    ("GET", "/v1/segments"),
    ("GET", "/v1/segments/vip/members"),
    ("GET", "/v1/members/m/segments"),
]
DOORS = [*JSON_DOORS, *LINE_DOORS, *OTHER_DOORS]
CANARY = "canary13800138000"
HOSTILE = {
    "nothing": (b"", 422),
    "half a document": (b'{"reason": "', 400),
    "no UTF-8": (b"\xff\xfe", 400),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "a text": (b'"' + CANARY.encode() + b'"', 422),
    "NaN": (b'{"reason": NaN, "value": NaN}', 400),
    "2^63": (b'{"source_ref": 9223372036854775808}', 422),
    "NUL": (b'{"reason": "a\\u0000", "value": "a\\u0000"}', 422),
    "a lone surrogate": (b'{"reason": "\\ud800", "value": "\\ud800"}', 400),
    "a key twice": (b'{"a": 1, "a": 2}', 400),
    "an unknown field": (b'{"unheard_of": "' + CANARY.encode() + b'"}', 422),
    "too large, and too deep": (b"[" * 100_000, 413),
    "too deep": (b"[" * 1_000, 400),
}


def routes():
    """Every route of the service, as it is declared."""
    return {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        for method in route.methods
    }


def test_every_route_is_tried_here():
    assert len(DOORS) == len(routes())


@pytest.mark.parametrize("door", JSON_DOORS, ids=" ".join)
async def test_bad_input_is_refused_and_leaves_nothing(api, shop, stage, door):
    before = await stage.counts()
    method, path = door
    headers = {"content-type": "application/json"}
    for name, (body, status) in HOSTILE.items():
        refused = await api.request(method, path, content=body, headers=headers)
        assert refused.status_code == status, name
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["outcome"] == "none"
        assert CANARY not in refused.text, name
    assert await stage.counts() == before


@pytest.mark.parametrize("door", LINE_DOORS, ids=" ".join)
async def test_a_bad_line_is_answered_and_leaves_nothing(api, shop, stage, door):
    before = await stage.counts()
    hostile = [case for case in HOSTILE.values() if case[0]]
    answers = await shop.batch(api, door[1], [body for body, _ in hostile])
    assert [one["status"] for one in answers] == [status for _, status in hostile]
    assert await stage.counts() == before


@pytest.mark.parametrize("door", [*JSON_DOORS, *LINE_DOORS], ids=" ".join)
async def test_twenty_megabytes_are_refused_unread(api, shop, stage, door):
    before = await stage.counts()
    method, path = door
    refused = await api.request(method, path, content=b" " * 20_000_000)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert await stage.counts() == before


@pytest.mark.parametrize("door", [*JSON_DOORS, *LINE_DOORS], ids=" ".join)
async def test_another_media_type_is_refused(api, shop, door):
    method, path = door
    refused = await api.request(method, path, content=b"{}", headers={"content-type": "text/plain"})
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
async def test_no_door_opens_without_a_key_or_with_a_foreign_one(shop, stage, door):
    before = await stage.counts()
    method, path = door
    async with stage.client("ops") as foreign:
        without = await foreign.request(method, path, headers={"authorization": ""})
        unknown = await foreign.request(method, path, headers={"authorization": "Bearer x"})
        refused = await foreign.request(method, path)
    assert (without.status_code, unknown.status_code, refused.status_code) == (401, 401, 403)
    assert without.json()["code"] == unknown.json()["code"] == "unauthenticated"
    assert refused.json()["code"] == "forbidden"
    assert await stage.counts() == before
