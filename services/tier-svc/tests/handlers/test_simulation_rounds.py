"""Rounds of a simulation that somebody else gets in the way of (T7)."""

import asyncio
import copy

import pytest
import pytest_asyncio

from chassis.runs import CLAIMED_FOR, TRIES_MAX
from chassis.tx import Cause
from tier_svc.handlers.look_at_crowd import Pace
from tier_svc.handlers.simulate_members import simulate_members

MEMBERS = 12
NOW = "2026-04-25T12:00"
CAUSE = Cause("test", "job:simulate_members")
ALIKE = """
CREATE FUNCTION hashtextextended(text, integer) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN pg_catalog.hashtextextended($1, 0::bigint) & 1
"""
OPEN = "SELECT tries FROM simulation WHERE ended_at IS NULL"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shops(hall):
    """Members who bought once to twelve times in a month."""
    shops = [hall.shop("2026-02-01T00:00") for _ in range(MEMBERS)]
    for times, shop in enumerate(shops, start=1):
        sold = [shop.sold(f"p{n}", f"2026-03-{n + 1:02}T10:00", 9_000) for n in range(times)]
        await hall.hear([shop.enrolled(), *(event for one in sold for event in one)])
    return shops


class Rounds:
    """Simulations that look at members one by one; what happens in the middle of a round."""

    def __init__(self, hall, api, ladder):
        self.hall, self.api, self.ladder, self.rests = hall, api, ladder, 0

    async def ask(self, **how):
        version = (await self.api.post("/v1/ladders", json=self.ladder)).json()["version"]
        answer = await self.api.post(f"/v1/ladders/{version}/simulate", json=how)
        assert answer.status_code == 202, answer.text
        return answer.headers["Location"]

    async def read(self, place):
        return (await self.api.get(place)).raise_for_status().json()

    async def run(self, place):
        while (await self.read(place))["state"] != "done":
            assert await self.step(5)
        return (await self.read(place))["result"]

    async def step(self, limit, meanwhile=None):
        """A round; `meanwhile` happens after the first of its members."""
        waiting = [meanwhile] if meanwhile else []

        async def rest():
            self.rests += 1
            if waiting:
                await waiting.pop()()

        pace = Pace(rest, asyncio.to_thread)
        return await simulate_members(self.hall.stage.process.work, CAUSE, limit, pace)


@pytest.fixture
def rounds(hall, api, written, instant, shops):
    assert len(shops) == MEMBERS
    hall.stage.at(instant(NOW))
    ladder = copy.deepcopy(written("ladder.json"))
    ladder["rungs"][1]["test"]["where"] = {"channels": ["till"]}
    return Rounds(hall, api, ladder)


async def test_T7_a_cancel_goes_through_in_the_middle_of_a_round_which_is_thrown_away(rounds):
    place = await rounds.ask()
    answers = []

    async def cancel():
        answers.append(await rounds.api.post(f"{place}/cancel"))

    await rounds.step(5)
    await rounds.step(5, cancel)
    assert [answer.status_code for answer in answers] == [200]
    found = await rounds.read(place)
    assert (found["state"], found["members_done"]) == ("cancelled", 5)
    assert await rounds.step(5) == 0


async def test_T7_who_comes_while_a_round_is_in_hand_takes_another_and_counts_no_try(rounds):
    expected = await rounds.run(await rounds.ask())
    place, looked = await rounds.ask(), []

    async def others():
        looked.extend([await rounds.step(5) for _ in range(TRIES_MAX + 1)])
        await rounds.ask(**{"from": "2026-03-01T00:00:00Z"})
        looked.append(await rounds.step(4))

    await rounds.step(5, others)
    assert looked == [0] * (TRIES_MAX + 1) + [4]
    assert {row.tries for row in await rounds.hall.stage.rows(OPEN)} == {0}
    assert (await rounds.read(place))["members_done"] == 5
    assert await rounds.run(place) == expected


async def test_T7_a_round_that_was_overtaken_after_its_time_is_thrown_away(rounds):
    expected = await rounds.run(await rounds.ask())
    place = await rounds.ask()

    async def overtake():
        rounds.hall.stage.at(rounds.hall.stage.clock() + CLAIMED_FOR)
        assert await rounds.step(24) == 6

    await rounds.step(5, overtake)
    assert (await rounds.read(place))["members_done"] == 6
    assert await rounds.run(place) == expected


async def test_T7_a_round_that_failed_is_tried_again_with_a_quarter_of_its_members(rounds):
    expected = await rounds.run(await rounds.ask())
    place = await rounds.ask()

    async def fail():
        raise RuntimeError("died in the middle")

    with pytest.raises(RuntimeError, match="died in the middle"):
        await rounds.step(8, fail)
    rounds.hall.stage.at(rounds.hall.stage.clock() + CLAIMED_FOR)
    assert await rounds.step(8) == 2
    assert await rounds.step(8) == 8
    assert await rounds.run(place) == expected


async def test_T7_members_of_whom_two_have_the_same_64_bits_are_looked_at_alone(rounds):
    expected = await rounds.run(await rounds.ask())
    del rounds.ladder["rungs"][1]["test"]["where"]
    await rounds.hall.stage.rows(ALIKE)
    rounds.rests = 0
    assert (await rounds.run(await rounds.ask()))["total"] == expected["total"]
    assert rounds.rests > MEMBERS // 2
    await rounds.hall.stage.rows("DROP FUNCTION hashtextextended(text, integer)")
