"""Simulations on a generated history: what they find, and that nothing else notices them (T7)."""

import asyncio
import copy
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest
import pytest_asyncio

from chassis.runs import CLAIMED_FOR
from chassis.tx import Cause
from tier_svc.handlers.look_at_crowd import Pace
from tier_svc.handlers.simulate_members import simulate_members

MEMBERS = 40
PUBLISHED = "2026-04-10T12:00"
NOW = "2026-04-25T12:00"
CAUSE = Cause("test", "job:simulate_members")
PERIOD = {"from": "2026-01-01T00:00:00+08:00", "to": "2026-04-25T00:00:00+08:00"}


def drafted(written, visits, **more):
    ladder = copy.deepcopy(written("ladder.json"))
    ladder["rungs"][1]["test"].update(more)
    ladder["rungs"][1]["test"]["at_least"] = visits
    ladder["rungs"][2]["test"]["at_least"] = 500
    return ladder


async def live(hall, chance):
    """One member's year so far: purchases, some of them brought back."""
    shop = hall.shop(f"2026-0{chance.randrange(1, 4)}-0{chance.randrange(1, 9)}T00:00")
    heard = [shop.enrolled()]
    for n in range(chance.randrange(9)):
        month, day = chance.choice((2, 3, 3, 4)), chance.randrange(1, 25)
        at = f"2026-{month:02}-{day:02}T10:0{n}"
        purchase, growth = shop.sold(f"p{n}", at, chance.randrange(100, 40_000))
        heard += [purchase, growth]
        if chance.randrange(4) == 0:
            back = shop.returned(f"r{n}", f"2026-04-2{chance.randrange(5)}T11:00", purchase, "1")
            heard += [back, shop.reversed(back, growth.points)]
    await hall.hear(heard)
    return shop


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shops(hall):
    chance = Random(7)
    return [await live(hall, chance) for _ in range(MEMBERS)]


class Desk:
    """Whoever asks for simulations, and the job that does them."""

    def __init__(self, hall, api, written):
        self.hall, self.api, self.written, self.rests = hall, api, written, 0

    async def draft(self, visits=2, **more):
        ladder = drafted(self.written, visits, **more)
        return (await self.api.post("/v1/ladders", json=ladder)).json()["version"]

    async def ask(self, version, **how):
        answer = await self.api.post(f"/v1/ladders/{version}/simulate", json=PERIOD | how)
        assert answer.status_code == 202, answer.text
        return answer.headers["Location"]

    async def read(self, place):
        return (await self.api.get(place)).raise_for_status().json()

    async def moves(self, place):
        answer = (await self.api.get(f"{place}/moves")).raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]

    async def run(self, place):
        await self.hall.stage.run_job("simulate_members")
        found = await self.read(place)
        assert found["state"] == "done"
        return found["result"]

    async def step(self, limit, begin=None):
        begin = begin or self.hall.stage.process.work
        return await simulate_members(begin, CAUSE, limit, Pace(self.rest, asyncio.to_thread))

    def later(self, passed):
        self.hall.stage.at(self.hall.stage.clock() + passed)

    async def rest(self):
        self.rests += 1

    async def in_force(self):
        items = (await self.api.get("/v1/ladders")).json()["items"]
        return next(one["version"] for one in items if one["state"] == "published")

    async def told(self, at):
        """The tier of each member at an instant, by what was told."""
        rows = await self.hall.stage.rows("SELECT member_id, told FROM standing")
        return {
            row.member_id: [one["tier"] for one in row.told if one["from_at"] < at][-1]
            for row in rows
        }


@pytest.fixture
async def desk(hall, api, written, instant, shops):
    assert len(shops) == MEMBERS
    hall.stage.at(instant(NOW))
    return Desk(hall, api, written)


async def test_T7_what_is_in_force_against_itself_moves_nobody(desk):
    in_force = await desk.in_force()
    for against in ({}, {"against": in_force}, {"migration": "full"}):
        place = await desk.ask(in_force, **against)
        result = await desk.run(place)
        assert (result["total"]["members"], result["total"]["moved"]) == (MEMBERS, 0)
        assert all(one["before"] == one["after"] for one in result["movement"])
        assert all(one["before"] == one["after"] for one in result["distribution"])
        assert await desk.moves(place) == []


async def test_T7_a_draft_is_what_publishing_it_gives_every_member(desk, hall, instant):
    before = await desk.told(PERIOD["to"])
    version = await desk.draft()
    place = await desk.ask(version, **{"from": "2026-04-10T12:00:00+08:00"})
    result, moves = await desk.run(place), await desk.moves(place)
    simulated = before | {one["member_id"]: one["after"] for one in moves}
    hall.stage.at(instant(PUBLISHED))
    published = await desk.api.post(f"/v1/ladders/{version}/publish", json={"migration": "full"})
    assert published.status_code == 200, published.text
    await hall.stage.run_job("tell_publication")
    told = await desk.told("2026-04-24T16:00:00")
    await desk.api.post(f"/v1/ladders/{version}/withdraw")
    await hall.stage.run_job("tell_publication")
    assert simulated == told
    assert len(moves) == result["total"]["moved"] > 3
    assert 0 < result["total"]["up"] < MEMBERS
    spread = result["distribution"][-1]["after"]
    assert spread == {tier: list(told.values()).count(tier) for tier in set(told.values())}


async def test_T7_two_drafts_are_compared_with_each_other(desk):
    one, two = await desk.draft(2), await desk.draft(4)
    there = await desk.run(await desk.ask(two, against=one))
    back = await desk.run(await desk.ask(one, against=two))
    assert there["total"]["down"] == back["total"]["up"] > 0
    assert {(m["before"], m["after"], m["members"]) for m in there["movement"]} == {
        (m["after"], m["before"], m["members"]) for m in back["movement"]
    }


async def test_T7_segments_and_spend_bands_divide_all_members(desk):
    version = await desk.draft()
    terms = {tier: {"points_per_unit": rate} for tier, rate in RATES.items()}
    result = await desk.run(
        await desk.ask(version, segment={"by": "store"}, terms=terms, spend_bands_minor=[0, 10_000])
    )
    assert {one["segment"] for one in result["segments"]} == {"s1", "(unknown)"}
    assert {one["spend_from_minor"] for one in result["fairness"]} == {0, 10_000}
    for name in result["total"]:
        for table in ("segments", "fairness"):
            assert sum(one["sums"][name] for one in result[table]) == result["total"][name]
    assert result["total"]["points_after"] > result["total"]["points_before"] > 0


RATES = {"regular": "1.1", "silver": "1.2", "gold": "2", "vip": "2"}


async def everything_else(hall):
    tables = await hall.stage.rows(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename NOT LIKE 'simulation%' ORDER BY 1"
    )
    return {
        one.name: (
            await hall.stage.rows(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS h FROM \"{one.name}\" t"
            )
        )[0].h
        for one in tables
    }


async def test_T7_a_simulation_writes_nothing_but_itself_and_says_nothing(desk, hall):
    version = await desk.draft()
    before = await everything_else(hall)
    place = await desk.ask(version, migration="upward_only", segment={"by": "channel"})
    await desk.run(place)
    await desk.moves(place)
    assert await everything_else(hall) == before


def killed(begin, after):
    """Transactions, of which the one numbered `after` ends before it commits."""
    begun = []

    @asynccontextmanager
    async def dying(cause):
        async with begin(cause) as tx:
            begun.append(tx)
            yield tx
            if len(begun) == after:
                raise RuntimeError("killed before it committed")

    return dying


async def test_T7_a_simulation_that_was_killed_goes_on_where_it_was(desk, hall):
    version = await desk.draft()
    whole = await desk.ask(version)
    expected, moves = await desk.run(whole), await desk.moves(whole)
    place = await desk.ask(version)
    for after in (2, 4, 1):
        dying = killed(hall.stage.process.work, after)
        with pytest.raises(RuntimeError):
            for _ in range(3):
                await desk.step(7, dying)
        desk.later(CLAIMED_FOR)
        await desk.step(7)
    half = await desk.read(place)
    assert (half["state"], half["result"]) == ("running", None)
    assert 0 < half["members_done"] < half["members"] == MEMBERS
    assert await desk.run(place) == expected
    assert await desk.moves(place) == moves


async def test_T7_a_cancelled_simulation_goes_no_further(desk):
    place = await desk.ask(await desk.draft())
    await desk.step(7)
    cancelled = (await desk.api.post(f"{place}/cancel")).raise_for_status().json()
    assert (cancelled["state"], cancelled["members_done"]) == ("cancelled", 7)
    assert await desk.step(7) == 0
    assert (await desk.read(place))["members_done"] == 7
    again = await desk.api.post(f"{place}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "simulation_over")


async def test_T7_a_simulation_whose_members_cannot_be_read_fails_and_holds_up_no_other(
    desk, hall, shops
):
    broken, next_one = await desk.ask(await desk.draft()), await desk.ask(await desk.draft(5))
    for _ in range(5):
        with pytest.raises(RuntimeError):
            await desk.step(7, killed(hall.stage.process.work, 2))
        desk.later(CLAIMED_FOR)
    await desk.run(next_one)
    failed = await desk.read(broken)
    assert (failed["state"], failed["result"]) == ("failed", None)


async def test_T7_a_round_reads_no_more_members_than_it_may_and_rests_after_each(desk):
    """Of a draft that is looked at member by member."""
    where = {"channels": ["till"]}
    place = await desk.ask(await desk.draft(where=where))
    done = [await desk.step(9) for _ in range(6)]
    assert done == [9, 9, 9, 9, MEMBERS - 36, 0]
    assert desk.rests == MEMBERS
    assert (await desk.read(place))["state"] == "done"


async def test_T7_what_was_found_is_forgotten_after_its_time(desk, hall, instant):
    place = await desk.ask(await desk.draft())
    await desk.run(place)
    hall.stage.at(instant(NOW) + timedelta(days=89))
    await hall.stage.run_job("forget_simulations")
    assert (await desk.api.get(place)).status_code == 200
    hall.stage.at(instant(NOW) + timedelta(days=91))
    await hall.stage.run_job("forget_simulations")
    assert (await desk.api.get(place)).status_code == 404
    assert (await hall.stage.rows("SELECT count(*) AS n FROM simulation_page"))[0].n == 0


async def test_T7_monthly_quarterly_and_yearly_evaluation_are_one_report(desk):
    """≥ 3 visits a month → silver, 10,000 points → gold, 100,000 in spend → VIP."""
    places = []
    for evaluated in ("month", "quarter", "year"):
        ladder = desk.written("ladder.json") | {"evaluated": evaluated}
        version = (await desk.api.post("/v1/ladders", json=ladder)).json()["version"]
        places.append(await desk.ask(version))
    found = [await desk.run(place) for place in places]
    others = [place.rsplit("/", 1)[1] for place in places[1:]]
    page = (await desk.api.get(f"{places[0]}/report", params={"beside": others})).text
    for how in ("monthly", "quarterly", "yearly"):
        assert page.count(f"evaluated {how}") >= 2
    april = [result["distribution"][-1]["after"] for result in found]
    assert april[0].get("silver", 0) > april[2].get("silver", 0) == 0
    assert [result["distribution"][-1]["before"] for result in found[1:]] == [
        found[0]["distribution"][-1]["before"]
    ] * 2
