"""A simulation of a ladder counts points as points-svc gives them: by the rules that it is told by
points-svc itself (T7, P5).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.testing.stage import START
from contracts.events.points import PointsAccrued
from contracts.events.purchases import PurchaseLine, PurchaseRecorded
from contracts.events.tiers import TierChanged
from contracts.ids import EventId, FactId, MemberId
from tests.e2e.beside_points import PER_CALL, mended
from tests.e2e.stepping import Counter

CLASSIC = {"regular": "1.1", "silver": "1.2", "gold": "2", "vip": "2"}
NETS = (10_050, 25_025, 9_990, 60_000, 1_234_567)
ENDS = START + timedelta(days=30)


@pytest.fixture
def counter(opened_counter: Counter) -> Iterator[Counter]:
    """Both services a month later, with nothing between them lost."""
    opened_counter.tiers.at(ENDS)
    opened_counter.points.at(ENDS)
    with mended(opened_counter.wire):
        yield opened_counter


async def simulate(counter: Counter, **how: Any) -> httpx.Response:
    """The ladder in force against itself."""
    period = {"from": START.isoformat(), "to": ENDS.isoformat()}
    async with counter.tiers.client() as ops:
        return await ops.post("/v1/ladders/1/simulate", json=period | how)


async def buy(counter: Counter, member: MemberId, day: int, net: int) -> None:
    """Both hear of a purchase, and of what the other one makes of it."""
    at = START + timedelta(days=day, hours=1)
    name = f"{member}.{day}"
    purchase = PurchaseRecorded(
        event_id=EventId(name),
        member_id=member,
        occurred_at=at,
        recorded_at=at,
        version="1",
        fact_id=FactId(name),
        source="till",
        source_ref=name,
        enrolled_at=START,
        store_id="s1",
        currency="CNY",
        lines=(
            PurchaseLine(
                line_id="1", sku="x", category="c", quantity=1, amount_minor=net, net_minor=net
            ),
        ),
    )
    await counter.points.deliver(purchase)
    accrued = [
        one
        for one in await counter.points.said()
        if isinstance(one, PointsAccrued) and one.fact_id == purchase.fact_id
    ]
    await counter.tiers.deliver(purchase, *accrued)
    told = [one for one in await counter.tiers.said() if isinstance(one, TierChanged)]
    await counter.points.deliver(*(one for one in told if one.member_id == member))


async def test_T7_points_are_those_that_points_svc_gave(counter: Counter) -> None:
    member = await counter.member(0)
    for day, net in enumerate(NETS):
        await buy(counter, member, day, net)
    answer = await simulate(counter, accrual={"point_type": "points"})
    assert answer.status_code == 202, answer.text
    accrual = answer.json()["accrual"]
    assert (accrual["version"], accrual["points_per_unit"]) == (1, CLASSIC)
    assert accrual["left_out"] == [{"kind": "rule", "name": "birthday"}]
    await counter.tiers.run_job("simulate_members")
    async with counter.tiers.client() as reader:
        found = (await reader.get(answer.headers["Location"])).json()
        page = (await reader.get(f"{answer.headers['Location']}/report")).text
    assert found["result"]["total"]["points_before"] == await counter.available(member)
    assert found["accrual"] == accrual
    assert "by version 1 of the accrual rules: a whole unit of money brings 1.1 in regular" in page
    assert "Left out of it: rule birthday." in page


async def test_T7_what_was_rated_is_kept_whatever_is_published_later(counter: Counter) -> None:
    asked = await simulate(counter, accrual={}, spend_bands_minor=[0, 7])
    async with counter.points.client() as ops:
        rules = (await ops.get("/v1/accrual-rules/1")).json()["document"]
        rules["rules"][0]["effect"]["points"] = "3"
        drafted = (await ops.post("/v1/accrual-rules", json=rules)).json()["version"]
        assert (await simulate(counter, accrual={}, segment={"by": "store"})).json()["accrual"][
            "version"
        ] == 1
        made = await ops.post(f"/v1/accrual-rules/{drafted}/publish", json={})
        assert made.status_code == 200, made.text
    async with counter.tiers.client() as reader:
        kept = (await reader.get(asked.headers["Location"])).json()
    assert kept["accrual"]["points_per_unit"] == CLASSIC
    anew = await simulate(counter, accrual={}, segment={"by": "channel"})
    assert anew.json()["accrual"]["version"] == drafted
    assert anew.json()["accrual"]["points_per_unit"]["regular"] == "3.3"


async def test_T7_without_an_answer_of_points_svc_nothing_is_asked(counter: Counter) -> None:
    async with counter.tiers.client() as reader:
        before = (await reader.get("/v1/ladders/classic/simulations")).json()["items"]
        counter.wire.spoil("ask", "before", PER_CALL)
        answer = await simulate(counter, accrual={}, spend_bands_minor=[0, 9])
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.json()["waits_for"] == "points-svc"
        assert answer.json()["outcome"] == "none"
        after = (await reader.get("/v1/ladders/classic/simulations")).json()["items"]
    assert before == after


@pytest.mark.parametrize(
    ("how", "path", "code"),
    [
        pytest.param(
            {"accrual": {"point_type": "stars"}}, "/accrual/point_type", "not_found", id="unknown"
        ),
        pytest.param(
            {
                "accrual": {},
                "terms": {tier: {"points_per_unit": "1"} for tier in CLASSIC},
            },
            "/terms",
            "points_twice",
            id="twice",
        ),
    ],
)
async def test_T7_points_that_nobody_knows_or_both_say_are_refused(
    counter: Counter, how: dict[str, Any], path: str, code: str
) -> None:
    answer = await simulate(counter, **how)
    assert (answer.status_code, answer.json()["code"]) == (422, "simulation_invalid")
    assert answer.json()["errors"] == [{"path": path, "code": code}]
