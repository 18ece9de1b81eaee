"""Campaigns at work: budgets and caps are decided when facts are recorded, and kept (P5, E3)."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from points_testing.campaigning import (
    DAY,
    HOUR,
    MINUTE,
    bought,
    campaign,
    cap,
    given,
    spent,
    write,
)
from points_testing.desk import START, Desk, activity, back, tiers
from points_testing.office import Office

days = count(1)


@pytest.fixture
async def office(desk: Desk) -> Office:
    """A day of its own for each test, whose version begins with it."""
    office = Office(desk, START + next(days) * DAY)
    desk.at(office.now)
    return office


def only(when: dict[str, Any], budget: int, points: int, **more: Any) -> dict[str, Any]:
    """A campaign whose bonus has a condition."""
    written = campaign(budget, {"kind": "fixed", "points": points}, **more)
    written["rules"][0]["when"] = when
    return written


@pytest.mark.parametrize(
    ("caps", "hours", "points"),
    [
        pytest.param({"per_order": 60}, [1, 2, 3], [60, 60, 60], id="an order"),
        pytest.param({"per_member": 150}, [1, 2, 30], [100, 50, 0], id="a member, for ever"),
        pytest.param({"per_member_day": 150}, [1, 2, 23, 24], [100, 50, 0, 100], id="a day"),
        pytest.param(
            {"per_member_week": 150}, [1, 49, 145, 169], [100, 50, 0, 100], id="a week from Monday"
        ),
        pytest.param({"per_member_month": 150}, [1, 49, 745], [100, 50, 100], id="a month"),
        pytest.param(
            {"per_member_year": 250, "per_member_day": 150},
            [1, 2, 25, 49],
            [100, 50, 100, 0],
            id="a year and a day",
        ),
    ],
)
async def test_P5_a_campaigns_caps_count_by_member_and_period_of_the_zone(
    desk: Desk, office: Office, caps: dict[str, int], hours: list[int], points: list[int]
):
    """Hours of Monday, 1 June 2026 in Shanghai, and on; each purchase is told twice."""
    await write(office, campaign(1_000_000, caps=caps))
    member = await desk.enroll()
    monday = datetime(2026, 5, 31, 16, tzinfo=START.tzinfo)
    desk.at(monday + 40 * DAY)
    facts = [bought(member, monday + n * HOUR) for n in hours]
    for fact in facts:
        await desk.hear(fact)
    assert await given(desk, *facts) == [110 + one for one in points]
    assert await desk.books_balance()


async def test_P5_campaigns_are_counted_by_priority_then_name_each_on_top_of_those_before(
    desk: Desk, office: Office
):
    """100.00 are 110. Doubled first: 110 more; then tripled, 660: 440 more, of which 400 are left.
    Where the first has nothing left, the second is 330 − 110 = 220; of that nothing is left.
    """
    doubled = campaign(110, priority=5)
    doubled["rules"][0] |= {"phase": "multiplier", "effect": {"kind": "multiply", "by": "2"}}
    tripled = campaign(400)
    tripled["rules"][0] |= {"phase": "multiplier", "effect": {"kind": "multiply", "by": "3"}}
    await write(office, tripled, doubled)
    member = await desk.enroll()
    facts = [bought(member, office.now + n * HOUR) for n in (1, 2)]
    for fact in facts:
        await desk.hear(fact)
    assert await given(desk, *facts) == [110 + 110 + 400, 110]
    why = [await desk.why(member, f"{fact.fact_id}.points") for fact in facts]
    assert [
        [(one["name"], one["allowed"], one["cut"], one["by"]) for one in found["allowances"]]
        for found in why
    ] == [
        [(doubled["campaign"], 110, 0, ""), (tripled["campaign"], 400, 40, "budget")],
        [(doubled["campaign"], 0, 110, "budget"), (tripled["campaign"], 0, 220, "budget")],
    ]
    assert [sum(line["points"] for line in found["lines"]) for found in why] == [620, 110]
    assert {"step": "granted", "value": "620"} in why[0]["steps"]


async def test_P5_a_returned_purchase_keeps_within_what_was_allowed_and_gives_no_budget_back(
    desk: Desk, office: Office
):
    """Four units of 25.00: a point more for each whole unit of currency, 40 allowed of 100."""
    fuse = campaign(40, {"kind": "per_unit", "points": "1"})
    await write(office, fuse)
    member = await desk.enroll()
    one = bought(member, office.now + HOUR, units=4)
    await desk.hear(one)
    assert await given(desk, one) == [150]
    two, last = (
        back(one, f"{n}{member}", office.now + n * HOUR, ("1", units))
        for n, units in ((2, 2), (3, 2))
    )
    await desk.hear(two)
    assert await given(desk, two) == [150 - 95]  # ⌊50 × 1.1⌋ + min(50, 40)
    await desk.hear(last)
    assert await given(desk, last) == [95]
    assert await spent(desk, fuse["campaign"]) == 40
    other = bought(member, office.now + 5 * HOUR)
    await desk.hear(other)
    assert await given(desk, other) == [110]
    assert await desk.books_balance()


async def test_P5_a_late_tier_raises_what_rules_bring_and_nothing_that_was_allowed(
    desk: Desk, office: Office
):
    """Silver is 1.2: 120 for 100.00, doubled by a campaign that was allowed 110, and not 120."""
    fuse = campaign(1_000)
    fuse["rules"][0] |= {"phase": "multiplier", "effect": {"kind": "multiply", "by": "2"}}
    await write(office, fuse)
    member = await desk.enroll()
    one = bought(member, office.now + HOUR)
    await desk.hear(one)
    assert await given(desk, one) == [220]
    await desk.hear(tiers(member, 1, (office.now, "silver")))
    assert await given(desk, one) == [230]
    assert await spent(desk, fuse["campaign"]) == 110
    await desk.hear(tiers(member, 2, (office.now, "regular")))
    assert await given(desk, one) == [220]
    assert await desk.books_balance()


async def test_P5_a_cap_over_purchases_limits_its_lines_and_one_of_all_limits_campaigns_too(
    desk: Desk, office: Office
):
    """Food brings 150 a day at most, all together 300 with what a campaign gives."""
    fuse = campaign(1_000)
    food = cap(150, "member_day", f"food_{office.now:%d}", when={"category": ["food"]})
    everything = cap(300, "member_day", f"all_{office.now:%d}", priority=-1)
    await write(office, fuse, rules=[food, everything])
    member = await desk.enroll()
    facts = [bought(member, office.now + n * HOUR) for n in (1, 2, 3)]
    for fact in facts:
        await desk.hear(fact)
    assert await given(desk, *facts) == [210, 90, 0]  # 110 + 100; 40 + 50 of 100; 0 + 0
    assert await spent(desk, fuse["campaign"]) == 150
    why = await desk.why(member, f"{facts[1].fact_id}.points")
    assert [(one["name"], one["gives"], one["cut"], one["by"]) for one in why["allowances"]] == [
        (food["rule"], 40, 70, food["rule"]),
        (everything["rule"], 40, 0, ""),
        (fuse["campaign"], 50, 50, everything["rule"]),
    ]
    tomorrow = bought(member, office.now + 25 * HOUR)
    desk.at(office.now + DAY)
    await desk.hear(tomorrow)
    assert await given(desk, tomorrow) == [210]
    assert await desk.books_balance()


async def test_P5_what_was_recorded_before_a_version_has_nothing_of_its_campaigns(
    desk: Desk, office: Office
):
    """A purchase dated ahead was recorded without them: the catch-up re-rates it, and decides
    nothing."""
    member = await desk.enroll()
    ahead = bought(member, office.now + 4 * MINUTE)
    await office.write()
    await desk.hear(ahead)
    desk.at(office.now + 2 * MINUTE)
    fuse = campaign(1_000)
    double: dict[str, Any] = {"rule": f"double_{office.now:%d}", "phase": "multiplier"}
    double |= {"effect": {"kind": "multiply", "by": "2"}}
    limit = cap(1, "member_day", f"one_{office.now:%d}")
    await write(office, fuse, rules=[double, limit])
    await office.catch_up()
    assert await given(desk, ahead) == [220]
    assert await spent(desk, fuse["campaign"]) == 0
    assert await desk.books_balance()


async def test_P5_activities_and_the_last_day_of_a_campaign(desk: Desk, office: Office):
    """A campaign is on in [from, to), midnights of the programme's zone."""
    last = office.now + 3 * DAY
    until = f"{last:%Y-%m-%d}"
    fuse = campaign(150, to=until)
    fuse["rules"][0] |= {"on": "activity"}
    await write(office, fuse)
    member = await desk.enroll()
    midnight = datetime.fromisoformat(f"{until}T00:00:00+08:00")
    desk.at(last + DAY)
    before, after = (
        activity(member, midnight + n * timedelta(microseconds=1), "checked_in") for n in (-1, 0)
    )
    await desk.hear(before, after)
    assert await given(desk, before, after) == [100, 0]
    assert await spent(desk, fuse["campaign"]) == 100
