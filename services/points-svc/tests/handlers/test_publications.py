"""E4 around a publication: what was rated before it, dated after it, or underway beside it."""

import asyncio
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest

from chassis.tx import Conflict, Tx
from contracts.events.base import Event
from contracts.events.points import PointsAccrued
from contracts.events.purchases import PurchaseRecorded
from points_svc.handlers.publish_rules import publish_rules
from points_svc.handlers.rerate_published import rerate_published
from points_testing.desk import START, Desk, back, of, tiers
from points_testing.ledger import purchase
from points_testing.office import Office

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ROUNDS_MAX = 20
LOTS = "SELECT * FROM posting WHERE kind = 'accrual' ORDER BY hash"
days = count(1)


@pytest.fixture
async def office(desk: Desk) -> Office:
    office = Office(desk, START + next(days) * DAY)
    desk.at(office.now)
    await office.publish("1")
    await office.catch_up()
    return office


def bought(member: str, at: datetime, net: str = "100.00", units: int = 1) -> PurchaseRecorded:
    return of(member, purchase(str(uuid4()), at, net, units=units))


async def test_E4_a_purchase_dated_ahead_is_brought_to_the_version_of_its_moment(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    before, ahead = (bought(member, office.now + n * MINUTE) for n in (1, 3))
    await desk.hear(before, ahead)
    lots = await desk.stage.rows(LOTS)
    version = await office.publish("2", at=office.now + 2 * MINUTE)
    await office.catch_up()
    totals = await desk.totals(member)
    assert (totals[before.fact_id, "points"], totals[ahead.fact_id, "points"]) == (110, 220)
    assert await desk.kinds(member) == {"accrual": 2, "rerating": 1}
    assert await desk.kinds(member, "growth") == {"accrual": 2}
    (rerating,) = [p for p in await desk.postings(member) if p["kind"] == "rerating"]
    at = ahead.occurred_at.isoformat().replace("+00:00", "Z")
    assert (rerating["occurred_at"], rerating["rule_version"]) == (at, str(version))
    assert await desk.stage.rows(LOTS) == lots
    assert await desk.books_balance()


async def test_E4_what_is_said_of_it_bears_the_next_revision_and_the_version(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    ahead = bought(member, office.now + MINUTE)
    await desk.hear(ahead)
    version = await office.publish("2")
    await office.catch_up()
    said = [
        (event.revision, event.points, event.version == str(version))
        for event in await desk.stage.said()
        if isinstance(event, PointsAccrued)
        and (event.fact_id, event.point_type) == (ahead.fact_id, "points")
    ]
    assert said == [(1, 110, False), (2, 220, True)]


async def test_E5_each_posting_explains_itself_by_the_version_that_posted_it(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    await desk.hear(bought(member, office.now + MINUTE))
    await office.publish("2")
    await office.catch_up()
    worth = {}
    for posting in await desk.postings(member):
        if posting["point_type"] == "points":
            why = await desk.why(member, posting["posting_id"])
            steps = {step["step"]: step["value"] for step in why["steps"]}
            worth[posting["kind"]] = (steps["points_per_100_minor"], steps["floored"])
    assert worth == {"accrual": ("1", "110"), "rerating": ("2", "220")}


async def test_E4_returns_before_and_after_the_catch_up_go_by_the_version_in_force(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    ahead = bought(member, office.now + MINUTE, units=4)
    first, second, third = (
        back(ahead, f"{n}{member}", office.now + 2 * MINUTE, ("1", 1)) for n in (1, 2, 3)
    )
    await desk.hear(ahead, first)
    await office.publish("2")
    await desk.hear(second)
    assert await desk.available(member) == 110
    await office.catch_up()
    await desk.hear(third)
    totals = await desk.totals(member)
    assert totals[ahead.fact_id, "points"] == 220
    assert [totals[r.fact_id, "points"] for r in (first, second, third)] == [55, 55, 55]
    assert await desk.available(member) == 55
    assert await desk.books_balance()


async def test_E4_a_tier_change_before_the_catch_up_goes_by_the_version_in_force(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    ahead = bought(member, office.now + MINUTE)
    await desk.hear(ahead)
    await office.publish("2")
    await desk.hear(tiers(member, 1, (office.now - DAY, "gold")))
    assert await desk.available(member) == 400
    count = len(await desk.postings(member))
    await office.catch_up()
    assert len(await desk.postings(member)) == count
    assert await desk.books_balance()


async def test_E4_what_is_worth_less_and_was_burned_becomes_a_deficit(desk: Desk, office: Office):
    member = await desk.enroll()
    await desk.hear(bought(member, office.now + MINUTE))
    assert (await desk.burn(member, 100)).status_code == 201
    await office.publish("0.5")
    await office.catch_up()
    assert await desk.account(member) == {"available": 0, "held": 0, "pending": 0, "deficit": 45}
    assert await desk.books_balance()


async def test_E4_a_point_type_that_the_version_adds_is_accrued_too(desk: Desk, office: Office):
    member = await desk.enroll()
    before = bought(member, office.now - MINUTE)
    ahead = bought(member, office.now + MINUTE, units=4)
    r = back(ahead, f"r{member}", office.now, ("1", 1))
    await desk.hear(tiers(member, 1, (office.now - DAY, "silver")))
    await desk.hear(before, ahead, r)
    await office.publish("1", adding="stars")
    await office.catch_up()
    totals = await desk.totals(member)
    assert (totals[ahead.fact_id, "stars"], totals[r.fact_id, "stars"]) == (300, 75)
    assert (before.fact_id, "stars") not in totals
    assert await desk.kinds(member, "stars") == {"accrual": 1, "reversal": 1}
    assert await desk.available(member, "stars") == 225
    posted = [p for p in await desk.postings(member) if p["point_type"] == "stars"]
    why = [await desk.why(member, p["posting_id"]) for p in posted]
    assert {one["tier"]["tier"] for one in why} == {"silver"}
    later = back(ahead, f"l{member}", office.now + 2 * MINUTE, ("1", 3))
    await desk.hear(later)
    assert await desk.available(member, "stars") == 0
    assert (await desk.totals(member))[later.fact_id, "stars"] == 225
    assert await desk.books_balance()


async def test_E4_a_version_reads_a_purchase_by_its_own_settings(desk: Desk, office: Office):
    member = await desk.enroll()
    await desk.hear(bought(member, office.now + MINUTE))
    settings = (await desk.api.get("/v1/points-svc/programme")).json()
    del settings["version"]
    for currency, worth in (("USD", 0), ("CNY", 110)):
        put = {**settings, "currency": currency}
        assert (await desk.api.put("/v1/points-svc/programme", json=put)).status_code == 200
        await office.publish("1")
        await office.catch_up()
        assert await desk.available(member) == worth
    assert await desk.books_balance()


def heard_beside(member: str, ahead: PurchaseRecorded) -> dict[str, Event]:
    """Everything that rates a purchase."""
    at = ahead.occurred_at
    return {
        "purchase": bought(member, at),
        "return": back(ahead, f"r{member}", at, ("1", 1)),
        "tier": tiers(member, 1, (at - DAY, "gold")),
    }


@pytest.mark.parametrize(
    ("fact", "points"), [("purchase", 440), ("return", 110), ("tier", 400)], ids=str
)
async def test_E4_who_reads_the_older_version_holds_up_its_successor(
    desk: Desk, office: Office, fact: str, points: int
):
    member = await desk.enroll()
    ahead = bought(member, office.now + MINUTE, units=2)
    await desk.hear(ahead)
    version = await office.draft("2")
    async with desk.stage.begin() as batch:
        await deliver_in(desk, batch, heard_beside(member, ahead)[fact])
        publishing = asyncio.create_task(office.publish_and_catch_up(version))
        await office.waits_or_ends(publishing)
    await publishing
    assert await desk.available(member) == points
    assert await desk.books_balance()


async def deliver_in(desk: Desk, batch: Tx, event: Event) -> None:
    (handler,) = [s.handler for s in desk.stage.service.subscriptions if type(event) in s.events]
    await handler(batch, [event])


async def test_E4_who_comes_while_a_version_is_being_published_is_rated_by_it(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    version = await office.draft("2")
    ahead = bought(member, office.now + MINUTE)
    async with desk.stage.begin() as publication:
        await publish_rules(publication, version, None)
        batch = asyncio.create_task(desk.stage.deliver(ahead))
        await office.waits_or_ends(batch)
    await batch
    assert await desk.available(member) == 220
    assert await desk.kinds(member) == {"accrual": 1}


async def test_P11_a_catch_up_killed_in_the_middle_and_run_twice_ends_the_same(
    desk: Desk, office: Office
):
    members = [await desk.enroll() for _ in range(5)]
    await desk.hear(*(bought(member, office.now + MINUTE) for member in members))
    version = await office.publish("2")
    with pytest.raises(Conflict):
        async with desk.stage.begin() as killed:
            assert await rerate_published(killed, 2) == 2
            raise Conflict
    for _ in range(ROUNDS_MAX):
        async with desk.stage.begin() as tx:
            if not await rerate_published(tx, 2):
                break
    await desk.stage.rows(
        "UPDATE catch_up SET after_member = '', done_at = NULL WHERE version = :v", v=version
    )
    await asyncio.gather(office.catch_up(), office.catch_up())
    for member in members:
        assert await desk.available(member) == 220
        assert await desk.kinds(member) == {"accrual": 1, "rerating": 1}
    assert await desk.books_balance()


async def test_P11_two_publications_in_a_row_are_caught_up_by_what_is_in_force(
    desk: Desk, office: Office
):
    member = await desk.enroll()
    facts = [bought(member, office.now + n * MINUTE) for n in (1, 2, 3, 4)]
    await desk.hear(*facts)
    await office.publish("4", at=office.now + 3 * MINUTE)
    await office.publish("2", at=office.now + 2 * MINUTE)
    await office.catch_up()
    totals = await desk.totals(member)
    assert [totals[fact.fact_id, "points"] for fact in facts] == [110, 220, 440, 440]
    assert await desk.books_balance()


async def test_a_catch_up_ends_and_then_nothing_is_left_to_do(desk: Desk, office: Office):
    await desk.enroll()
    await office.publish("2")
    await office.catch_up()
    before = await desk.stage.counts()
    assert await office.catch_up() == 0
    assert await desk.stage.counts() == before
    assert await desk.stage.rows("SELECT 1 FROM catch_up WHERE done_at IS NULL") == []
