"""B3, B4: a hundred tills and the last ten of a reward."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.e2e.settling import Rest, rows
from tests.e2e.suite import Ground, Suite
from tests.e2e.test_story import FILES
from tests.e2e.till import Till
from tests.oracle.test_story import ENROLLED, bought, on

TILLS = 100
STOCK = 10
OPEN_HOLDS = "SELECT count(*) AS n FROM hold WHERE state = 'open'"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(ground: Ground) -> AsyncIterator[Suite]:
    suite = Suite(ground, on(4, 1))
    await suite.start()
    await suite.publish(FILES)
    yield suite
    await suite.stop()


async def test_ten_are_fulfilled_and_ninety_refused(suite: Suite) -> None:
    client = await suite.client("till")
    till, rest = Till(client, "CNY", suite.run_jobs), Rest(suite)
    members = await asyncio.gather(*(enrolled(till, f"T{n}") for n in range(TILLS)))
    ops = await suite.client("ops")
    reward = {"reward_id": "last-tote", "name": "tote", "points": 500, "stock": STOCK}
    made = await ops.post("/v1/rewards", json=reward, headers={"Idempotency-Key": "the-last-totes"})
    assert made.status_code == 201, made.text
    await rest.settle()

    answers = await asyncio.gather(
        *(till.redeem(each, "last-tote", f"redeem-tote-{each}") for each in members)
    )
    await rest.settle()

    states = [answer.json().get("state") or answer.json()["code"] for answer in answers]
    assert (states.count("fulfilled"), states.count("out_of_stock")) == (STOCK, TILLS - STOCK)
    codes = [a.json()["voucher"]["code"] for a in answers if a.status_code == 201]
    assert len(set(codes)) == STOCK
    assert (await rows(suite.processes["points-svc"], OPEN_HOLDS))[0].n == 0
    rewards = (await client.get("/v1/rewards")).json()["items"]
    assert [each["stock_left"] for each in rewards if each["reward_id"] == "last-tote"] == [0]
    left = [(await till.points(member))["available"] for member in members]
    assert (left.count(50), left.count(550)) == (STOCK, TILLS - STOCK)


async def enrolled(till: Till, card: str) -> str:
    """A member with 550 points."""
    member_id = await till.enrol(card, ENROLLED)
    await till.buy(card, f"{card}-buys", bought("", on(3, 2), 50_000))
    return member_id
