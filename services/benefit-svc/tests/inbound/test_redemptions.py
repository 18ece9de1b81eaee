"""The doors of redemptions, while points-svc cannot be reached: nothing is assumed, everything can
be asked for.

What a redemption becomes with a real points-svc beside it stands in tests/e2e/test_redemption_*.py.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from benefit_svc.domain.programme import BenefitProgramme
from benefit_svc.domain.rewards import MemberLimit
from benefit_svc.store.programme import programme
from chassis.http import idempotency
from chassis.testing.databases import Server
from chassis.testing.stage import Stage


class Unplugged(httpx.AsyncBaseTransport):
    """A network cable that nobody plugged in."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("unplugged", request=request)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(service, server: Server, tmp_path_factory) -> AsyncIterator[Stage]:
    """The service with points-svc out of reach."""
    made = Stage(
        service,
        await server.fresh(service.migrations),
        tmp_path_factory.mktemp("unplugged"),
        transports={"points-svc": Unplugged()},
    )
    async with made.begin() as tx:
        settings = BenefitProgramme(zone="Asia/Shanghai", currency="CNY", minor_units=2)
        await programme.publish(tx, settings)
    yield made
    await made.process.stop()


def key(name):
    return {"Idempotency-Key": f"redeem-{name}"}


async def redeem(api, member, reward_id, name=None, **more):
    body = {"member_id": member, "reward_id": reward_id, **more}
    return await api.post("/v1/redemptions", json=body, headers=key(name or member))


async def test_B4_no_answer_is_pending_with_a_place_to_ask(stage, api, reward, member):
    tote = await reward(points=500, stock=1)
    first = await redeem(api, member, tote)
    assert (first.status_code, first.json()["state"]) == (202, "pending")
    seen = await api.get(first.headers["Location"])
    assert (seen.status_code, seen.json()) == (200, first.json())
    again = await redeem(api, member, tote)
    assert (again.status_code, again.json()) == (202, first.json())
    known_as = idempotency.known_as(stage.process.secrets, "till", f"redeem-{member}")
    rows = await stage.rows("SELECT status FROM idempotency WHERE key = :k", k=known_as)
    assert [row.status for row in rows] == [None], "a 202 is never the stored answer"


async def test_stock_stays_taken_while_nothing_is_known(stage, api, reward, member):
    tote = await reward(points=500, stock=1)
    await redeem(api, member, tote)
    other = await redeem(api, f"{member}-other", tote)
    assert (other.status_code, other.json()["code"]) == (409, "out_of_stock")
    assert other.json()["asked"] == 1
    again = await redeem(api, f"{member}-other", tote)
    assert (again.status_code, again.json()) == (409, other.json())
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_I14_two_at_a_time_under_one_key_are_one_redemption(stage, api, reward, member):
    tote = await reward(points=500, stock=5)
    answers = await asyncio.gather(*(redeem(api, member, tote) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["redemption_id"] for answer in answers}) == 1
    (row,) = await stage.rows("SELECT * FROM reward_stock WHERE reward_id = :r", r=tote)
    assert row.remaining == 4


async def test_I14_the_same_key_for_another_body_is_refused(stage, api, reward, member):
    tote = await reward(points=500)
    await redeem(api, member, tote)
    answer = await redeem(api, member, tote, quantity=2)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_member_s_limit_is_refused_with_its_numbers(stage, api, reward, member):
    tasting = await reward(member_limit=MemberLimit(1, "calendar_year"))
    await redeem(api, member, tasting)
    answer = await redeem(api, member, tasting, name=f"{member}-2")
    assert (answer.status_code, answer.json()["code"]) == (409, "reward_limit_reached")
    assert (answer.json()["limit"], answer.json()["taken"], answer.json()["asked"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("more", "told_so"),
    [
        pytest.param({"reward_id": "nothing"}, (404, "reward_not_found"), id="no such reward"),
        pytest.param({"quantity": 1_000}, (422, "cost_out_of_range"), id="too dear in all"),
        pytest.param({"quantity": 0}, (422, "invalid"), id="none"),
        pytest.param({"quantity": 1.0}, (422, "invalid"), id="a float"),
        pytest.param({"member_id": "a b"}, (422, "invalid"), id="no id"),
        pytest.param({"points": 1}, (422, "invalid"), id="an unknown field"),
    ],
)
async def test_what_is_refused_before_the_decision_leaves_no_row(
    stage, api, reward, member, more, told_so
):
    dear = await reward(points=2_000_000, stock=5_000)
    before = await stage.counts()
    body = {"member_id": member, "reward_id": dear, **more}
    answer = await api.post("/v1/redemptions", json=body, headers=key(member))
    assert (answer.status_code, answer.json()["code"]) == told_so
    assert await stage.counts() == before


async def test_a_redemption_needs_a_key_and_its_scope(stage, api, reward, member):
    body = {"member_id": member, "reward_id": await reward()}
    bare = await api.post("/v1/redemptions", json=body)
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_required")
    async with stage.client("benefit:read") as reader:
        answer = await reader.post("/v1/redemptions", json=body, headers=key(member))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_I19_another_channel_neither_sees_nor_cancels_it(stage, api, reward, member):
    made = await redeem(api, member, await reward())
    path = f"/v1/redemptions/{made.json()['redemption_id']}"
    async with stage.client("benefit:read", "redemption:write", source="web") as web:
        assert (await web.get(path)).json()["code"] == "redemption_not_found"
        answer = await web.post(f"{path}/cancel", headers=key(f"{member}-web"))
        assert (answer.status_code, answer.json()["code"]) == (404, "redemption_not_found")
    async with stage.client("benefit:read", "voucher:void", source="staff") as staff:
        assert (await staff.get(path)).json()["state"] == "pending"


async def test_what_is_pending_cannot_be_cancelled(stage, api, reward, member):
    made = await redeem(api, member, await reward())
    path = f"/v1/redemptions/{made.json()['redemption_id']}/cancel"
    answer = await api.post(path, json={"reason": "mistake"}, headers=key(f"{member}-cancel"))
    assert (answer.status_code, answer.json()["code"]) == (409, "redemption_not_cancellable")
    assert answer.json()["state"] == "pending"


async def test_what_nobody_redeemed_is_not_found(stage, api):
    answer = await api.get("/v1/redemptions/00000000-0000-4000-8000-000000000000")
    assert (answer.status_code, answer.json()["code"]) == (404, "redemption_not_found")
