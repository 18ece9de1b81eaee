"""Rules with conditions at work: what facts bring, and what is known later (P5, P6, P7)."""

from datetime import datetime, timedelta
from itertools import count, permutations
from typing import Any
from uuid import uuid4

import pytest

from contracts.events.base import Event
from contracts.events.members import SegmentEntered, SegmentLeft
from contracts.events.purchases import (
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    ReturnedLine,
)
from contracts.ids import EventId, MemberId
from points_svc.domain.basis import packed
from points_testing.desk import START, Desk, activity, back, of, tiers
from points_testing.ledger import purchase
from points_testing.office import Office

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TEN = {"kind": "fixed", "points": 10}
HUNDRED = {"kind": "fixed", "points": 100}
DOUBLE = {"kind": "multiply", "by": "2"}
days = count(1)


@pytest.fixture
async def office(desk: Desk) -> Office:
    """A day of its own for each test, whose version begins with it."""
    office = Office(desk, START + next(days) * DAY)
    desk.at(office.now)
    return office


def bought(member: str, at: datetime, *nets: str, units: int = 1) -> PurchaseRecorded:
    return of(member, purchase(str(uuid4()), at, *(nets or ("100.00",)), units=units))


def changed(event: Any, **fields: Any) -> Any:
    return type(event)(**{**{n: getattr(event, n) for n in event.__struct_fields__}, **fields})


async def total(desk: Desk, member: str, fact: Any, point_type: str = "points") -> int:
    return (await desk.totals(member))[fact.fact_id, point_type]


async def test_P5_what_a_purchase_is_made_of_decides(desk: Desk, office: Office):
    await office.write(
        {
            "rule": "wine",
            "phase": "base",
            "effect": {"kind": "per_unit", "points": "3"},
            "when": {"category": ["wine"]},
            "priority": 1,
        },
        {
            "rule": "gross",
            "phase": "bonus",
            "effect": {"kind": "per_unit", "points": "0.1", "of": "gross"},
            "when": {"brand": ["house"]},
        },
        {"rule": "app", "phase": "bonus", "effect": TEN, "when": {"payment": ["wallet"]}},
    )
    member = await desk.enroll()
    lines = (
        PurchaseLine(
            line_id="1", sku="a", category="wine", quantity=2, amount_minor=2_000, net_minor=2_000
        ),
        PurchaseLine(
            line_id="2",
            sku="b",
            category="food",
            brand="house",
            quantity=1,
            amount_minor=5_000,
            discount_minor=1_000,
            net_minor=4_000,
        ),
    )
    one = changed(bought(member, office.now + HOUR), lines=lines)
    await desk.hear(one)
    assert await total(desk, member, one) == 115  # (20 × 3 + 40) × 1.1 + 50 × 0.1
    await desk.hear(back(one, f"r{member}", office.now + 2 * HOUR, ("1", 1)))
    assert await desk.available(member) == 82  # (10 × 3 + 40) × 1.1 + 5
    assert await desk.books_balance()


async def test_P7_a_return_that_would_pay_takes_nothing(desk: Desk, office: Office):
    """Small baskets count double; whoever gives goods back does not get points for it."""
    small = {"order_amount": {"below_minor": 5_000}}
    await office.write({"rule": "small", "phase": "multiplier", "effect": DOUBLE, "when": small})
    member = await desk.enroll()
    one = bought(member, office.now + HOUR, "45.00", "10.00")
    await desk.hear(one)
    assert await total(desk, member, one) == 60  # ⌊55 × 1.1⌋
    kept_45, kept_0 = (
        back(one, f"{n}{member}", office.now + n * HOUR, (line, 1))
        for n, line in ((2, "2"), (3, "1"))
    )
    await desk.hear(kept_0)
    await desk.hear(kept_45)
    assert [await total(desk, member, r) for r in (kept_45, kept_0)] == [0, 60]
    assert await desk.available(member) == 0
    assert await desk.books_balance()


async def test_P7_value_that_is_refunded_lowers_the_net_in_any_order(desk: Desk, office: Office):
    """100.00 of two units; 20.00 are refunded, then a unit comes back: 80.00, then 40.00."""
    await office.write()

    def refunded(one: PurchaseRecorded, ref: str) -> PurchaseReturned:
        unit = back(one, ref, office.now + 2 * HOUR, ("1", 1))
        return changed(unit, lines=(ReturnedLine(line_id="1", quantity=0, refund_minor=2_000),))

    for order in permutations(range(3)):
        member = await desk.enroll()
        one = bought(member, office.now + HOUR, "100.00", units=2)
        facts = [
            one,
            refunded(one, f"v{member}"),
            back(one, f"u{member}", office.now + 3 * HOUR, ("1", 1)),
        ]
        for n in order:
            await desk.hear(facts[n])
        totals = [await total(desk, member, fact) for fact in facts]
        assert totals == [110, 22, 44]
        assert await desk.available(member) == 44


FIRST = {"rule": "welcome", "phase": "bonus", "effect": HUNDRED, "when": {"first_purchase": True}}


async def test_P5_the_first_purchase_is_the_first_to_occur_in_every_order(
    desk: Desk, office: Office
):
    await office.write(FIRST)
    ends = set()
    for order in permutations(range(3)):
        member = await desk.enroll()
        facts = [bought(member, office.now + n * HOUR) for n in (1, 2, 3)]
        for n in order:
            await desk.hear(facts[n])
        ends.add(tuple([await total(desk, member, fact) for fact in facts]))
        assert await desk.available(member) == 430
    assert ends == {(210, 110, 110)}
    assert await desk.books_balance()


async def test_P5_of_one_instant_the_first_purchase_is_first_by_its_id(desk: Desk, office: Office):
    await office.write(FIRST)
    member = await desk.enroll()
    facts = sorted((bought(member, office.now + HOUR) for _ in range(4)), key=lambda p: p.fact_id)
    await desk.hear(*reversed(facts))
    assert [await total(desk, member, fact) for fact in facts] == [210, 110, 110, 110]


async def test_P5_returning_the_first_purchase_makes_no_other_first(desk: Desk, office: Office):
    await office.write(FIRST)
    member = await desk.enroll()
    first, second = (bought(member, office.now + n * HOUR) for n in (1, 2))
    await desk.hear(first, second)
    await desk.hear(back(first, f"r{member}", office.now + 3 * HOUR, ("1", 1)))
    assert await total(desk, member, second) == 110
    assert await desk.available(member) == 110


async def test_P5_an_activity_is_no_first_purchase(desk: Desk, office: Office):
    await office.write(FIRST, {"rule": "seen", "on": "activity", "phase": "base", "effect": TEN})
    member = await desk.enroll()
    await desk.hear(activity(member, office.now + HOUR, "checkin"))
    one = bought(member, office.now + 2 * HOUR)
    await desk.hear(one)
    assert await total(desk, member, one) == 210


def segment(member: str, seq: int, at: datetime, is_in: bool = True) -> Event:
    kind = SegmentEntered if is_in else SegmentLeft
    return kind(
        event_id=EventId(f"{member}-{seq}"),
        member_id=MemberId(member),
        occurred_at=at,
        recorded_at=at,
        version="1",
        segment="parents",
        seq=seq,
    )


async def test_P6_segments_rate_what_follows_whenever_they_are_told(desk: Desk, office: Office):
    """Entered before the second purchase, left with the third: the left limit, as of tiers."""
    when = {"segment": ["parents"]}
    await office.write({"rule": "parents", "phase": "multiplier", "effect": DOUBLE, "when": when})
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        member = await desk.enroll()
        facts = [bought(member, office.now + n * HOUR) for n in (1, 2, 3, 4)]
        entered = segment(member, 1, office.now + HOUR)
        left = segment(member, 2, office.now + 3 * HOUR, is_in=False)
        messages = [facts, [entered], [left]]
        for n in order:
            await desk.hear(*messages[n])
        totals = [await total(desk, member, fact) for fact in facts]
        assert totals == [110, 220, 220, 110]
    assert await desk.books_balance()


async def test_P5_activities_bring_what_their_rules_say_also_nothing(desk: Desk, office: Office):
    await office.write(
        {
            "rule": "review",
            "on": "activity",
            "phase": "base",
            "effect": TEN,
            "when": {
                "all": [{"activity": ["review"]}, {"attribute": {"name": "stars", "values": ["5"]}}]
            },
        },
        {
            "rule": "gold_twice",
            "on": "activity",
            "phase": "multiplier",
            "effect": DOUBLE,
            "when": {"tier": ["gold"]},
        },
    )
    member = await desk.enroll()
    stars = {"attributes": {"stars": "5"}}
    five, other = (
        activity(member, office.now + n * HOUR, kind, **stars)
        for n, kind in ((1, "review"), (2, "checkin"))
    )
    await desk.hear(five, other)
    assert await desk.totals(member) == {(five.fact_id, "points"): 10, (other.fact_id, "points"): 0}
    why = await desk.why(member, f"{five.fact_id}.points")
    assert [fact["kind"] for fact in why["facts"]] == ["activity"]
    assert [r["rule"] for r in why["rules"] if r["applied"]] == ["review"]
    await desk.hear(tiers(member, 1, (office.now, "gold")))
    assert await total(desk, member, five) == 20
    assert await desk.books_balance()


async def test_P5_a_birthday_doubles_in_classic(desk: Desk, office: Office):
    await desk.publish()
    member = await desk.enroll()
    day, other = (bought(member, office.now + n * HOUR, "250.50") for n in (1, 2))
    await desk.hear(changed(day, occasions=("birthday",)), other)
    assert await total(desk, member, day) == 551  # ⌊250.50 × 1.1 × 2⌋
    assert await total(desk, member, other) == 275
    assert await total(desk, member, day, "growth") == 250


async def test_E5_what_was_posted_before_rules_had_conditions_reads_on(desk: Desk, office: Office):
    """Every posting carried its lines (id, units, net), the tier, and whether the currency was
    another: returns, tiers and explanations of old purchases go on as before.
    """
    await office.write()
    member = await desk.enroll()
    one = bought(member, office.now + HOUR, "100.00", "50.00", units=2)
    await desk.hear(one)
    old = [[["1", 2, 10_000], ["2", 2, 5_000]], ["regular", None, 0], False, False]
    await desk.stage.rows("ALTER TABLE posting DISABLE TRIGGER ALL")
    await desk.stage.rows(
        "UPDATE posting SET basis = :basis WHERE member_id = :m", basis=packed(old), m=member
    )
    await desk.stage.rows("ALTER TABLE posting ENABLE TRIGGER ALL")
    why = await desk.why(member, f"{one.fact_id}.points")
    assert [(line["line_id"], line["points"]) for line in why["lines"]] == [("1", 110), ("2", 55)]
    await desk.hear(back(one, f"r{member}", office.now + 2 * HOUR, ("1", 1)))
    assert await desk.available(member) == 110
    await desk.hear(tiers(member, 1, (office.now, "gold")))
    assert await desk.available(member) == 200
    assert await desk.available(member, "growth") == 100
