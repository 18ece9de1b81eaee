"""The doors of steps that are bought with points, while points-svc cannot be reached: nothing is
assumed, everything can be asked for (T5).

What a step becomes with a real points-svc beside it stands in tests/e2e/test_bought_steps.py.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from chassis.testing.databases import Server
from chassis.testing.stage import Stage
from contracts.events.members import MemberStatusChanged

KEYS = itertools.count()
SILVER = {
    "tier": "silver",
    "points": 100,
    "lasts": {"months": 1},
    "limit": {"times": 2, "calendar": "quarter"},
}
VIP = {"tier": "vip", "points": 10, "point_type": "stars", "lasts": {"days": 7}}


class Unplugged(httpx.AsyncBaseTransport):
    """A network cable that nobody plugged in."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("unplugged", request=request)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(service, server: Server, tmp_path_factory) -> AsyncIterator[Stage]:
    """The service with points-svc out of reach."""
    folder = tmp_path_factory.mktemp("unplugged")
    transports = {"points-svc": Unplugged()}
    made = Stage(service, await server.fresh(service.migrations), folder, transports=transports)
    yield made
    await made.process.stop()


@pytest.fixture
async def member(hall, api, instant, written):
    """Someone on the base, where silver and vip are for sale."""
    hall.stage.at(instant("2026-04-25T12:00"))
    settings = {**written("tier.json"), "steps": [SILVER, VIP]}
    assert (await api.put("/v1/tier-svc/programme", json=settings)).status_code == 200
    shop = hall.shop()
    await hall.hear(shop.enrolled())
    return shop


def key(name=None):
    return {"Idempotency-Key": f"step-{name or next(KEYS):08}"}


async def buy(api, shop, tier="silver", name=None, **more):
    body = {"tier": tier, **more}
    return await api.post(f"/v1/standings/{shop.member}/steps", json=body, headers=key(name))


async def steps(hall, shop):
    sql = "SELECT * FROM step_up WHERE member_id = :m"
    return await hall.stage.rows(sql, m=shop.member)


async def test_T5_no_answer_is_pending_with_a_place_to_ask(hall, api, member):
    first = await buy(api, member, name=member.member)
    assert (first.status_code, first.json()["state"]) == (202, "pending")
    seen = await api.get(first.headers["Location"])
    assert (seen.status_code, seen.json()) == (200, first.json())
    again = await buy(api, member, name=member.member)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    told = first.json()
    assert (told["points"], told["point_type"], told["lasts_months"]) == (100, "points", 1)
    assert [tier for tier, *_ in await hall.told(member)] == ["regular"]


async def test_I14_two_at_a_time_under_one_key_are_one_step(hall, api, member):
    answers = await asyncio.gather(*(buy(api, member, name=member.member) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(await steps(hall, member)) == 1


async def test_I14_the_same_key_for_another_step_is_refused(hall, api, member):
    await buy(api, member, name=member.member)
    answer = await buy(api, member, name=member.member, points=100)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_T5_one_step_at_a_time_is_bought(hall, api, member):
    answers = await asyncio.gather(*(buy(api, member) for _ in range(4)))
    codes = sorted(answer.json().get("code", "pending") for answer in answers)
    assert codes == ["pending", *["step_pending"] * 3]
    offered = (await api.get(f"/v1/standings/{member.member}/steps")).json()["offered"]
    assert offered["refusal"] == {"code": "step_pending", "numbers": {}}


@pytest.mark.parametrize(
    ("more", "told_so"),
    [
        pytest.param({"tier": "gold"}, {"code": "step_not_next", "tier": "silver"}, id="two up"),
        pytest.param({"tier": "bronze"}, {"code": "tier_unknown"}, id="no tier"),
        pytest.param({"tier": "regular"}, {"code": "tier_unknown"}, id="the base"),
        pytest.param({"points": 99}, {"code": "step_price_changed", "points": 100}, id="a price"),
    ],
)
async def test_T5_what_is_not_the_next_step_at_its_price_is_refused(
    hall, api, member, more, told_so
):
    first = await buy(api, member, name=member.member, **more)
    assert first.status_code == 409
    assert {name: first.json()[name] for name in told_so} == told_so
    again = await buy(api, member, name=member.member, **more)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert await steps(hall, member) == []


async def test_T5_who_stands_there_or_above_buys_no_step(hall, api, member):
    days = ("01", "02", "03")
    await hall.hear(*(member.sold(d, f"2026-04-{d}T10:00", 100) for d in days))
    answer = await buy(api, member)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_reached")
    assert answer.json()["tier"] == "silver"
    answer = await buy(api, member, "gold")
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_offered")
    assert (await api.get(f"/v1/standings/{member.member}/steps")).json()["offered"] is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("suspended", "member_suspended"),
        ("banned", "member_banned"),
        ("closed", "member_closed"),
        ("erased", "member_closed"),
    ],
)
async def test_M9_who_may_not_burn_points_buys_no_step(hall, api, member, status, code):
    await hall.hear(
        MemberStatusChanged(
            event_id=f"{member.member}.status",
            member_id=member.member,
            occurred_at=member.enrolled_at,
            recorded_at=member.enrolled_at,
            version="1",
            status=status,
            revision=1,
        )
    )
    answer = await buy(api, member)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await steps(hall, member) == []


async def test_who_is_unknown_is_not_found(hall, api, member):
    answer = await buy(api, hall.shop())
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
    answer = await api.get(f"/v1/standings/{member.member}/steps/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "step_not_found")
    answer = await buy(api, member, ladder="another")
    assert (answer.status_code, answer.json()["code"]) == (404, "ladder_not_found")


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"points": 0}, id="for nothing"),
        pytest.param({"points": 1.0}, id="a float"),
        pytest.param({"points": True}, id="a truth"),
        pytest.param({"tier": "a b"}, id="no name"),
        pytest.param({"until": "2027-01-01T00:00:00Z"}, id="an unknown field"),
    ],
)
async def test_what_cannot_be_read_leaves_no_trace(hall, api, member, more):
    before = await hall.stage.counts()
    answer = await buy(api, member, **more)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await hall.stage.counts() == before


async def test_a_step_needs_a_key_and_its_scope(hall, api, member):
    path = f"/v1/standings/{member.member}/steps"
    bare = await api.post(path, json={"tier": "silver"})
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_required")
    async with hall.stage.client("standing:read") as reader:
        answer = await reader.post(path, json={"tier": "silver"}, headers=key())
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([SILVER, SILVER], id="twice"),
        pytest.param([{**SILVER, "lasts": {}}], id="for no time"),
        pytest.param([{**SILVER, "lasts": {"months": 1, "days": 1}}], id="two lengths"),
        pytest.param([{**SILVER, "points": 0}], id="for nothing"),
        pytest.param([{**SILVER, "limit": {"times": 0, "calendar": "year"}}], id="never"),
        pytest.param([{**SILVER, "limit": {"times": 1, "calendar": "week"}}], id="a week"),
        pytest.param([{**SILVER, "tier": "a b"}], id="no tier"),
        pytest.param([{**SILVER, "tier": f"t{n}"} for n in range(65)], id="too many"),
    ],
)
async def test_settings_that_sell_no_step_are_refused(api, written, steps):
    settings = {**written("tier.json"), "steps": steps}
    answer = await api.put("/v1/tier-svc/programme", json=settings)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("main", "status"),
    [
        pytest.param("classic", 422, id="the main ladder"),
        pytest.param(None, 422, id="any may be the main ladder"),
        ("club", 200),
    ],
)
async def test_a_step_of_the_main_ladder_is_sold_once_named_or_not(api, written, main, status):
    steps = [SILVER, {**SILVER, "ladder": "classic"}]
    settings = {**written("tier.json"), "main_ladder": main, "steps": steps}
    answer = await api.put("/v1/tier-svc/programme", json=settings)
    assert answer.status_code == status
    plain = await api.put("/v1/tier-svc/programme", json=written("tier.json"))
    assert plain.status_code == 200
