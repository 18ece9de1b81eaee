"""A simulation round by round: killed, overtaken, cancelled, in pages of any size (T7, P11)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from chassis.runs import CLAIMED_FOR, TRIES_MAX
from points_svc.handlers import simulate_members as rounds
from points_svc.handlers import walk_histories as walking
from points_testing.campaigning import bought
from points_testing.desk import Desk
from points_testing.simulating import Planner, killed, overtaken

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def planner(desk: Desk) -> Planner:
    return await Planner.of_a_month(desk)


async def a_crowd(planner: Planner) -> datetime:
    desk, since = planner.desk, planner.office.now
    desk.at(since + 6 * DAY)
    facts = []
    for n in range(12):
        member = str(uuid4())
        facts += [bought(member, since + k * HOUR, f"{n + k + 1}.50") for k in range(n % 4)]
        facts.append(bought(member, since + 9 * DAY, "1.00"))
    await desk.stage.deliver(*facts)
    return since


async def test_T7_a_simulation_that_was_killed_goes_on_where_it_was(planner):
    since, work = await a_crowd(planner), planner.desk.stage.process.work
    version = await planner.doubled()
    whole = await planner.ask(version, since, since + DAY)
    expected, moves = await planner.run(whole), await planner.moves(whole)
    place = await planner.ask(version, since, since + DAY)
    for after in (1, 2, 3):
        with pytest.raises(RuntimeError):
            await planner.step(3, killed(work, after))
        planner.later(CLAIMED_FOR)
        await planner.step(3)
    half = await planner.read(place)
    assert (half["state"], half["members_done"], half["result"]) == ("running", 9, None)
    assert await planner.run(place) == expected
    assert await planner.moves(place) == moves


async def test_T7_pages_and_rounds_of_any_size_find_the_same(planner, monkeypatch):
    since = await a_crowd(planner)
    version = await planner.doubled()
    whole = await planner.ask(version, since, since + DAY)
    expected, moves = await planner.run(whole), await planner.moves(whole)
    for rows, facts, stretch in ((5, 1, 1), (6, 4, 50), (4, 100, 2)):
        monkeypatch.setattr(walking, "ROWS_MAX", rows)
        monkeypatch.setattr(walking, "STRETCH_MAX", stretch)
        monkeypatch.setattr(rounds, "FACTS_MAX", facts)
        place = await planner.ask(version, since, since + DAY)
        assert await planner.run(place) == expected
        assert await planner.moves(place) == moves


async def test_T7_a_round_ends_with_the_member_in_hand_and_rests_after_each(planner, monkeypatch):
    since = await a_crowd(planner)
    monkeypatch.setattr(rounds, "FACTS_MAX", 3)
    place = await planner.ask(await planner.doubled(), since, since + DAY)
    done = []
    while (await planner.read(place))["state"] != "done":
        done.append(await planner.step(200))
    assert len(done) > 3
    assert planner.rests >= 9
    found = await planner.read(place)
    assert found["members_done"] == found["members"] == sum(done)


async def test_T7_two_workers_on_one_simulation_count_each_member_once(planner):
    since, work = await a_crowd(planner), planner.desk.stage.process.work
    version = await planner.doubled()
    expected = await planner.run(await planner.ask(version, since, since + DAY))
    place = await planner.ask(version, since, since + DAY)

    async def another_goes_on():
        planner.later(CLAIMED_FOR)
        await planner.step(6)

    await planner.step(5, overtaken(work, another_goes_on))
    assert (await planner.read(place))["members_done"] == 6
    assert await planner.run(place) == expected


async def test_T7_who_comes_while_a_round_is_in_hand_takes_another_and_counts_no_try(planner):
    since, work = await a_crowd(planner), planner.desk.stage.process.work
    version = await planner.doubled()
    expected = await planner.run(await planner.ask(version, since, since + DAY))
    place = await planner.ask(version, since, since + DAY)

    async def others_come():
        assert [await planner.step(5) for _ in range(TRIES_MAX + 1)] == [0] * (TRIES_MAX + 1)
        other = await planner.ask(await planner.draft(), since, since + DAY)
        assert await planner.step(5) == 5
        assert (await planner.read(other))["members_done"] == 5

    await planner.step(5, overtaken(work, others_come))
    assert (await planner.read(place))["members_done"] == 5
    tries = "SELECT tries FROM simulation WHERE ended_at IS NULL"
    assert {row.tries for row in await planner.desk.stage.rows(tries)} == {0}
    assert await planner.run(place) == expected


async def test_T7_a_cancelled_simulation_goes_no_further(planner):
    since = await a_crowd(planner)
    place = await planner.ask(await planner.doubled(), since, since + DAY)
    await planner.step(5)
    cancelled = (await planner.desk.api.post(f"{place}/cancel")).raise_for_status().json()
    assert (cancelled["state"], cancelled["members_done"]) == ("cancelled", 5)
    assert await planner.step(5) == 0
    again = await planner.desk.api.post(f"{place}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "simulation_over")


async def test_T7_a_simulation_that_cannot_be_done_fails_and_holds_up_no_other(planner):
    since, work = await a_crowd(planner), planner.desk.stage.process.work
    broken = await planner.ask(await planner.doubled(), since, since + DAY)
    other = await planner.ask(await planner.draft(), since, since + DAY)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            await planner.step(5, killed(work, 2))
        planner.later(CLAIMED_FOR)
    await planner.run(other)
    failed = await planner.read(broken)
    assert (failed["state"], failed["result"]) == ("failed", None)


async def test_T7_what_was_found_is_forgotten_after_its_time(planner):
    since = await a_crowd(planner)
    place = await planner.ask(await planner.doubled(), since, since + DAY)
    await planner.run(place)
    ended = planner.desk.stage.clock()
    planner.desk.at(ended + 89 * DAY)
    await planner.desk.stage.run_job("forget_simulations")
    assert (await planner.desk.api.get(place)).status_code == 200
    planner.desk.at(ended + 91 * DAY)
    await planner.desk.stage.run_job("forget_simulations")
    assert (await planner.desk.api.get(place)).status_code == 404
