"""A draft of the rules on stored history: sums by hand, and that nothing else notices (P5, T7)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from points_testing.campaigning import bought, campaign, cap, write
from points_testing.desk import Desk, activity, back, tiers
from points_testing.simulating import Planner

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def planner(desk: Desk) -> Planner:
    return await Planner.of_a_month(desk)


async def a_small_month(planner: Planner) -> tuple[str, str, datetime]:
    """100.00 of which half came back, at 1.1; 50.00 in silver, told late, at 1.2."""
    desk, since = planner.desk, planner.office.now
    regular, silver = sorted(str(uuid4()) for _ in range(2))
    desk.at(since + 5 * DAY)
    first = bought(regular, since + HOUR, "100.00", units=2)
    await desk.hear(first, bought(silver, since + 2 * HOUR, "50.00"))
    await desk.hear(back(first, f"{regular}back", since + 3 * HOUR, ("1", 1)))
    await desk.hear(tiers(silver, 1, (since - DAY, "silver")))
    return regular, silver, since


async def test_T7_twice_the_rate_doubles_the_points_of_a_small_month(planner):
    """(100 − 50) × 1.1 = 55 and 50 × 1.2 = 60: 115, and 230 at twice the rate; 0.5 a point."""
    regular, silver, since = await a_small_month(planner)
    version = await planner.doubled()
    place = await planner.ask(version, since, since + DAY, point_values={"points": "0.5"})
    points = (result := await planner.run(place))["of"]["points"]
    assert points["sums"] == {"facts": 2, "changed": 2, "posted": 115, "before": 115, "after": 230}
    assert (points["cost_before_minor"], points["cost_after_minor"]) == (57, 115)
    assert [tuple(one.values()) for one in points["by_rule"]] == [
        ("base", "points_by_spend", 100, 200),
        ("multiplier", "points_by_tier", 15, 30),
    ]
    assert {one["tier"]: one["sums"]["after"] for one in points["by_tier"]} == {
        "regular": 110,
        "silver": 120,
    }
    assert [one["month"] for one in points["by_month"]] == [f"{since:%Y-%m}"]
    assert points["distribution"] == [{"from": 50, "to": 99, "members": 2}]
    assert (points["members"], points["up"], points["down"]) == (2, 2, 0)
    assert [(m["member_id"], m["change"]) for m in points["gained_most"]] == [
        (silver, 60),
        (regular, 55),
    ]
    growth = result["of"]["growth"]
    assert growth["sums"] == {"facts": 2, "changed": 0, "posted": 100, "before": 100, "after": 100}
    assert growth["distribution"] == [{"from": 0, "to": 0, "members": 2}]
    assert result["leaves_out"] == []
    moves = await planner.moves(place)
    assert [move["member_id"] for move in moves] == [regular, silver]
    assert moves[0]["points"][1] == {"point_type": "points", "facts": 1, "changed": 1} | {
        "posted": 55,
        "before": 55,
        "after": 110,
    }


async def test_T7_a_return_after_the_period_changes_nothing_in_it(planner):
    member, since = str(uuid4()), planner.office.now
    planner.desk.at(since + 5 * DAY)
    first = bought(member, since + HOUR, "100.00", units=2)
    await planner.desk.hear(first, back(first, f"{member}b", since + 3 * DAY, ("1", 1)))
    version = await planner.doubled()
    early = await planner.run(await planner.ask(version, since, since + DAY))
    late = await planner.run(await planner.ask(version, since, since + 4 * DAY))
    sums = [one["of"]["points"]["sums"] for one in (early, late)]
    assert [(one["posted"], one["after"]) for one in sums] == [(110, 220), (55, 110)]


async def test_T7_two_drafts_are_compared_with_each_other(planner):
    _, _, since = await a_small_month(planner)
    plain, double = await planner.draft(), await planner.doubled()
    there = await planner.run(await planner.ask(double, since, since + DAY, against=plain))
    back_again = await planner.run(await planner.ask(plain, since, since + DAY, against=double))
    one, other = (found["of"]["points"] for found in (there, back_again))
    assert (one["sums"]["before"], one["sums"]["after"]) == (115, 230)
    assert (other["sums"]["before"], other["sums"]["after"]) == (230, 115)
    assert one["gained_most"][0]["change"] == -other["lost_most"][0]["change"] == 60
    assert other["distribution"] == [{"from": -99, "to": -50, "members": 2}]


async def test_T7_activities_count_in_the_point_types_that_they_bring(planner):
    desk, member = planner.desk, str(uuid4())
    checkin = {"rule": "checkin", "on": "activity", "phase": "bonus"}
    await planner.office.write({**checkin, "effect": {"kind": "fixed", "points": 10}})
    since = planner.office.now + HOUR
    desk.at(since + DAY)
    await desk.hear(activity(member, since + HOUR))
    version = await planner.draft({**checkin, "effect": {"kind": "fixed", "points": 25}})
    points = (await planner.run(await planner.ask(version, since, since + DAY)))["of"]["points"]
    assert points["sums"] == {"facts": 1, "changed": 1, "posted": 10, "before": 10, "after": 25}


async def test_T7_a_campaign_is_asked_for_more_than_its_budget_bears(planner):
    """100 a purchase, 150 a member and month: 100, 50 and 100 are asked for, of a budget of 180."""
    desk, since = planner.desk, planner.office.now
    one, other = str(uuid4()), str(uuid4())
    desk.at(since + 6 * DAY)
    facts = [bought(one, since + n * DAY + HOUR, "10.00") for n in (0, 1)]
    await desk.hear(*facts, bought(other, since + 2 * DAY + HOUR, "10.00"))
    more = campaign(180, caps={"per_member_month": 150})
    version = await planner.draft(campaigns=[more])
    found = await planner.run(await planner.ask(version, since, since + 5 * DAY))
    assert found["of"]["points"]["sums"]["after"] == 3 * 11 + 100 + 50 + 100
    runs_out = (since + 2 * DAY + HOUR + 8 * HOUR).date()
    assert found["campaigns"] == [
        {"campaign": more["campaign"], "point_type": "points", "asked": 250, "budget": 180}
        | {"beyond": 70, "runs_out_on": runs_out.isoformat()}
    ]
    assert found["leaves_out"] == ["budgets", "counted_before"]
    parts = found["of"]["points"]["by_rule"]
    assert ("campaign", more["campaign"], 0, 250) in [tuple(part.values()) for part in parts]


async def test_T7_caps_over_purchases_count_from_the_beginning_of_the_period(planner):
    desk, since, member = planner.desk, planner.office.now, str(uuid4())
    desk.at(since + 6 * DAY)
    await desk.hear(*(bought(member, since + n * DAY, "10.00") for n in range(4)))
    version = await planner.draft(cap(15, "member", "at_first"))
    found = await planner.run(await planner.ask(version, since + DAY, since + 4 * DAY))
    points = found["of"]["points"]
    assert (points["sums"]["before"], points["sums"]["after"]) == (33, 15)
    assert ("cap", "at_first", 0, -18) in [tuple(part.values()) for part in points["by_rule"]]


async def test_T7_what_is_in_force_against_itself_changes_nothing(planner):
    """With a campaign, and a cap that cuts. Now known to have been gold, everybody's first purchase
    fills the cap of 40 by itself, and half of it came back.
    """
    desk, since = planner.desk, planner.office.now
    spent = campaign(120)
    in_force = await write(planner.office, spent, rules=[cap(40, "member_day", "daily")])
    members = [str(uuid4()) for _ in range(3)]
    desk.at(since + 6 * DAY)
    for member in members:
        first = bought(member, since + 2 * HOUR, "20.00", units=2)
        await desk.hear(first, bought(member, since + 3 * HOUR, "30.00"))
        await desk.hear(back(first, f"{member}b", since + 4 * HOUR, ("1", 1)))
        await desk.hear(tiers(member, 1, (since - DAY, "gold")))
    for how in ({}, {"against": in_force}):
        place = await planner.ask(in_force, since + HOUR, since + DAY, **how)
        found = await planner.run(place)
        points = found["of"]["points"]
        assert points["sums"]["before"] == points["sums"]["after"] == 3 * 20
        assert (points["up"], points["down"], points["sums"]["changed"]) == (0, 0, 0)
        assert await planner.moves(place) == []


async def everything_else(desk: Desk) -> dict[str, str]:
    tables = await desk.stage.rows(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename NOT LIKE 'simulation%' ORDER BY 1"
    )
    return {
        one.name: (
            await desk.stage.rows(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS h FROM \"{one.name}\" t"
            )
        )[0].h
        for one in tables
    }


async def test_T7_a_simulation_writes_nothing_but_itself_and_says_nothing(planner):
    _, _, since = await a_small_month(planner)
    version = await planner.doubled()
    before = await everything_else(planner.desk)
    place = await planner.ask(version, since, since + DAY)
    await planner.run(place)
    await planner.moves(place)
    assert await everything_else(planner.desk) == before


async def test_T7_a_publication_meanwhile_changes_nothing_of_it(planner):
    _, _, since = await a_small_month(planner)
    version = await planner.doubled()
    place = await planner.ask(version, since, since + DAY)
    await planner.office.publish("3")
    sums = (await planner.run(place))["of"]["points"]["sums"]
    assert (sums["posted"], sums["before"], sums["after"]) == (115, 115, 230)
