"""A step that was paid and would lift nobody any more is not given: the points are back (T5)."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from chassis import failpoints
from chassis.testing.stage import START, Stage
from contracts.events.points import PointsAccrued
from contracts.events.purchases import PurchaseLine, PurchaseRecorded
from contracts.ids import EventId, FactId, MemberId
from tests.e2e.beside_points import mended, read, status_told
from tests.e2e.stepping import PRICE, Counter
from tier_svc.domain.saga import PATIENCE

VISITS = 3
LINE = PurchaseLine(line_id="1", sku="x", category="c", quantity=1, amount_minor=100, net_minor=100)


@pytest.fixture
def counter(opened_counter: Counter) -> Iterator[Counter]:
    with mended(opened_counter.wire):
        yield opened_counter


async def paid(counter: Counter) -> MemberId:
    """Someone whose points are burned, and who is not lifted yet."""
    member = await counter.member(PRICE)
    failpoints.arm("step_up.before_give=error")
    assert (await counter.buy(member)).status_code == 500
    failpoints.arm("")
    assert await counter.available(member) == 0
    return member


async def turned_back(counter: Counter, member: MemberId) -> dict[str, object]:
    """The answer under the key, once the points are back."""
    await counter.recover()
    answer = await counter.buy(member)
    assert answer.status_code == 409, answer.text
    assert await counter.available(member) == PRICE
    assert await counter.books() == []
    async with counter.tiers.client() as reader:
        (step,) = (await reader.get(f"/v1/standings/{member}/steps")).json()["items"]
    assert (step["state"], step["refusal"]["code"]) == ("refused", answer.json()["code"])
    told: dict[str, object] = answer.json()
    return told


async def visited(stage: Stage, member: MemberId) -> None:
    """Silver is earned."""
    for n in range(1, VISITS + 1):
        fact_id = FactId(f"{member}.{n}")
        at = START - timedelta(hours=n)
        bought = PurchaseRecorded(
            event_id=EventId(f"{fact_id}.bought"),
            member_id=member,
            occurred_at=at,
            recorded_at=at,
            version="1",
            fact_id=fact_id,
            source="till",
            source_ref=fact_id,
            enrolled_at=START,
            store_id="s1",
            currency="CNY",
            lines=(LINE,),
        )
        accrued = PointsAccrued(
            event_id=EventId(f"{fact_id}.accrued"),
            member_id=member,
            occurred_at=at,
            recorded_at=at,
            version="1",
            fact_id=fact_id,
            point_type="growth",
            points=1,
            revision=1,
            tier="regular",
        )
        await stage.deliver(bought, accrued)


async def published(ops: httpx.AsyncClient) -> int:
    """`classic` without silver, in force at once."""
    ladder = read("ladder.json")
    rungs = [rung for rung in ladder["rungs"] if rung["tier"] != "silver"]
    made = await ops.post("/v1/ladders", json={**ladder, "rungs": rungs})
    version: int = made.raise_for_status().json()["version"]
    in_force = await ops.post(f"/v1/ladders/{version}/publish", json={"migration": "full"})
    in_force.raise_for_status()
    return version


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("banned", "member_banned"),
        ("closed", "member_closed"),
        ("merged", "member_closed"),
        ("erased", "member_closed"),
    ],
)
@pytest.mark.parametrize("is_known", [False, True], ids=["news on their way", "known to points"])
async def test_T5_what_lifts_nobody_any_more_gives_the_points_back(
    counter: Counter, status: str, code: str, is_known: bool
) -> None:
    member = await paid(counter)
    await counter.tiers.deliver(status_told(member, status))
    if is_known:
        await counter.points.deliver(status_told(member, status))
    assert (await turned_back(counter, member))["code"] == code
    assert (await counter.standing(member))["tier"] == "regular"


async def test_T5_a_tier_reached_while_its_step_was_paid_is_not_sold(counter: Counter) -> None:
    member = await paid(counter)
    await visited(counter.tiers, member)
    assert (await counter.standing(member))["tier"] == "silver"
    answer = await turned_back(counter, member)
    assert (answer["code"], answer["tier"]) == ("step_reached", "silver")
    assert (await counter.standing(member))["tier"] == "silver"


async def test_T5_a_tier_that_the_ladder_lost_while_its_step_was_paid_is_not_sold(
    counter: Counter,
) -> None:
    member = await paid(counter)
    async with counter.tiers.client() as ops:
        version = await published(ops)
        assert (await turned_back(counter, member))["code"] == "tier_unknown"
        (await ops.post(f"/v1/ladders/{version}/withdraw")).raise_for_status()


async def test_M9_who_is_suspended_after_paying_is_lifted(counter: Counter) -> None:
    member = await paid(counter)
    await counter.tiers.deliver(status_told(member, "suspended"))
    await counter.recover()
    assert (await counter.buy(member)).json()["state"] == "given"
    assert (await counter.standing(member))["tier"] == "silver"
    assert await counter.books() == []


@pytest.mark.parametrize("how", ["after", "late"])
async def test_T5_a_burn_is_not_asked_for_again_after_its_time(counter: Counter, how: str) -> None:
    member = await counter.member(PRICE)
    counter.wire.spoil("burn", how)
    assert (await counter.buy(member)).status_code == 202
    asked = counter.wire.asked.count("burn")
    counter.tiers.at(START + PATIENCE + timedelta(seconds=1))
    assert (await turned_back(counter, member))["code"] == "step_timed_out"
    counter.tiers.at(START)
    late = {response.status_code for response in await counter.wire.deliver_late()}
    assert late == ({409} if how == "late" else set())
    assert counter.wire.asked.count("burn") == asked
    assert await counter.available(member) == PRICE
    assert await counter.books() == []
