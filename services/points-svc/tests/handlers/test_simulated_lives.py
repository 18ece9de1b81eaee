"""Versions against the histories that they made, by chance: not a point of difference (T7)."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from contracts.events.base import Event
from contracts.events.members import SegmentEntered, SegmentLeft
from contracts.ids import EventId, MemberId
from points_testing.campaigning import bought
from points_testing.desk import START, Desk, activity, back, tiers
from points_testing.office import Office
from points_testing.simulating import Planner

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MEMBERS = 12
BATCH = 9
RULES: list[dict[str, Any]] = [
    {"rule": "welcome", "phase": "bonus", "when": {"first_purchase": True}}
    | {"effect": {"kind": "fixed", "points": 33}},
    {"rule": "insiders", "phase": "multiplier", "when": {"segment": ["insiders"]}}
    | {"effect": {"kind": "multiply", "by": "1.5"}},
    {"rule": "big", "phase": "bonus", "when": {"order_amount": {"at_least_minor": 9_000}}}
    | {"effect": {"kind": "per_item", "points": "3"}},
    {"rule": "checkin", "on": "activity", "phase": "bonus", "when": {"tier": ["gold"]}}
    | {"effect": {"kind": "fixed", "points": 10}},
    {"rule": "most", "phase": "cap", "effect": {"kind": "at_most", "points": 400}},
]


def life(chance: random.Random, since: datetime) -> list[Event]:
    """What is heard of one member in a month, in any order."""
    member = str(uuid4())
    heard: list[Event] = []
    for n in range(chance.randrange(1, 6)):
        at = since + chance.randrange(20 * 24) * HOUR
        one = bought(member, at, f"{chance.randrange(1, 150)}.{chance.randrange(100):02d}", units=3)
        heard.append(one)
        for k in range(chance.randrange(3)):
            later = at + chance.randrange(8 * 24) * HOUR
            heard.append(back(one, f"{member}-{n}-{k}", later, ("1", 1)))
    for seq in range(1, chance.randrange(4)):
        since_then = since + chance.randrange(20) * DAY
        heard.append(tiers(member, seq, (since_then, chance.choice(("silver", "gold")))))
    for seq in range(1, chance.randrange(4)):
        kind = SegmentEntered if chance.randrange(2) else SegmentLeft
        heard.append(
            kind(
                event_id=EventId(f"{member}-s{seq}"),
                member_id=MemberId(member),
                occurred_at=since + chance.randrange(20) * DAY,
                recorded_at=since,
                version="0",
                segment="insiders",
                seq=seq,
            )
        )
    heard += [activity(member, since + chance.randrange(20 * 24) * HOUR) for _ in range(2)]
    return heard


async def test_T7_whatever_happened_in_whatever_order_the_ledger_stands_as_simulated(desk: Desk):
    """With returns, late tiers and segments, first purchases and activities: nothing was decided,
    so what is posted is what both sides say, fact by fact.
    """
    office = Office(desk, START + 90 * DAY)
    desk.at(office.now)
    version = await office.write(*RULES)
    since = office.now + DAY
    desk.at(since + 40 * DAY)
    chance = random.Random(7)
    heard = [event for _ in range(MEMBERS) for event in life(chance, since)]
    chance.shuffle(heard)
    for start in range(0, len(heard), BATCH):
        await desk.stage.deliver(*heard[start : start + BATCH])
    planner = Planner(desk, office)
    for how in ({}, {"against": version}):
        place = await planner.ask(version, since, since + 35 * DAY, **how)
        result = await planner.run(place)
        for found in result["point_types"]:
            sums = found["sums"]
            assert sums["posted"] == sums["before"] == sums["after"] > 0
            assert sums["changed"] == 0
            for table in ("by_month", "by_tier"):
                assert all(row["sums"]["posted"] == row["sums"]["after"] for row in found[table])
        assert await planner.moves(place) == []
    part = await planner.run(await planner.ask(version, since + 5 * DAY, since + 12 * DAY))
    for found in part["point_types"]:
        assert found["sums"]["posted"] == found["sums"]["after"]
    assert await desk.books_balance()
