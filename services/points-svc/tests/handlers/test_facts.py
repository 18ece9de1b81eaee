"""Facts on a real database: each message twice, in any order, from several hands at a time."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.database import Patience
from chassis.tx import Cause, Conflict, Unavailable
from contracts.events.base import Event
from points_svc.domain.moments import first_id, moment_id
from points_svc.handlers.accrue_purchases import accrue_purchases
from points_svc.handlers.show_balance import show_balance
from points_svc.store.accounts import lock_account
from points_testing.desk import START, Desk, back, of, tiers
from points_testing.ledger import purchase

DAY = timedelta(days=1)


def bought(member: str, *nets: str, at=START - 10 * DAY, units: int = 1):
    return of(member, purchase(str(uuid4()), at, *nets, units=units))


async def test_the_same_purchase_twice_and_twice_in_one_batch(desk: Desk):
    member = await desk.enroll()
    a = bought(member, "100.00")
    await desk.hear(a, a)
    assert await desk.available(member) == 110
    assert await desk.kinds(member) == {"accrual": 1}
    assert await desk.totals(member) == {(a.fact_id, "points"): 110, (a.fact_id, "growth"): 100}
    assert await desk.books_balance()


async def test_a_purchase_of_nothing_is_posted_and_said(desk: Desk):
    member = await desk.enroll()
    a = bought(member, "0.50")
    await desk.hear(a)
    assert await desk.kinds(member) == {"accrual": 1}
    assert await desk.totals(member) == {(a.fact_id, "points"): 0, (a.fact_id, "growth"): 0}


async def test_a_return_of_nothing_is_posted_and_said(desk: Desk):
    member = await desk.enroll()
    a = bought(member, "0.50", "5.00")
    r = back(a, f"r{member}", START, ("1", 1))
    await desk.hear(a, r)
    totals = await desk.totals(member)
    assert (totals[a.fact_id, "growth"], totals[r.fact_id, "growth"]) == (5, 0)
    assert (await desk.kinds(member, "growth"))["reversal"] == 1


async def test_P7_a_return_before_its_purchase_waits(desk: Desk):
    member = await desk.enroll()
    a = bought(member, "100.00", units=3)
    r = back(a, f"r{member}", START - DAY, ("1", 1))
    await desk.hear(r)
    assert (await desk.totals(member), await desk.available(member)) == ({}, 0)
    await desk.hear(a)
    assert await desk.available(member) == 73
    assert (await desk.totals(member))[r.fact_id, "points"] == 37
    assert await desk.books_balance()


async def test_P7_returns_of_one_batch_are_taken_by_when_they_occurred(desk: Desk):
    member = await desk.enroll()
    a = bought(member, "100.00", units=3)
    rs = [back(a, f"{n}{member}", START - n * DAY, ("1", 1)) for n in (1, 2, 3)]
    await desk.hear(a, *rs)
    totals = await desk.totals(member)
    assert [totals[r.fact_id, "points"] for r in rs] == [36, 37, 37]
    assert await desk.available(member) == 0
    assert await desk.books_balance()


async def test_P6_a_late_tier_change_rerates_exactly_what_it_touches(desk: Desk):
    member = await desk.enroll()
    at = START - 10 * DAY
    before, within, after = (bought(member, "100.00", at=at + n * DAY) for n in (0, 2, 4))
    await desk.hear(before, within, after)
    count = sum((await desk.kinds(member)).values())
    gold = tiers(member, 1, (at + DAY, "gold"), (at + 3 * DAY, "regular"))
    await desk.hear(gold)
    totals = await desk.totals(member)
    assert [totals[p.fact_id, "points"] for p in (before, within, after)] == [110, 200, 110]
    assert await desk.kinds(member) == {"accrual": count, "rerating": 1}
    assert await desk.kinds(member, "growth") == {"accrual": 3}
    assert await desk.available(member) == 420
    await desk.hear(tiers(member, 2, (at + DAY, "vip")))
    totals = await desk.totals(member)
    assert [totals[p.fact_id, "points"] for p in (before, within, after)] == [110, 200, 200]
    assert await desk.books_balance()


async def test_P6_a_parked_tier_change_still_fills_what_only_it_covers(desk: Desk):
    member = await desk.enroll()
    at = START - 10 * DAY
    early, late = bought(member, "100.00", at=at + DAY), bought(member, "100.00", at=at + 5 * DAY)
    await desk.hear(early, late)
    await desk.hear(tiers(member, 2, (at + 4 * DAY, "silver")))
    assert await desk.available(member) == 110 + 120
    await desk.hear(tiers(member, 1, (at, "gold"), (at + 3 * DAY, "regular")))
    assert await desk.available(member) == 200 + 120
    rows = await desk.stage.rows(
        "SELECT tier, seq FROM told_tier WHERE member_id = :m ORDER BY from_at", m=member
    )
    assert [tuple(row) for row in rows] == [("gold", 1), ("regular", 1), ("silver", 2)]
    assert await desk.books_balance()


async def test_a_tier_told_before_the_purchase_rates_it_at_once(desk: Desk):
    member = await desk.enroll()
    a = bought(member, "100.00")
    await desk.hear(tiers(member, 1, (a.occurred_at - DAY, "gold")))
    await desk.hear(a)
    assert await desk.kinds(member) == {"accrual": 1}
    assert await desk.available(member) == 200


async def test_P14_a_return_after_the_burn_becomes_a_deficit_that_the_next_accrual_pays(desk: Desk):
    member = await desk.enroll()
    a = bought(member, "100.00")
    await desk.hear(a)
    assert (await desk.burn(member, 100)).status_code == 201
    await desk.hear(back(a, f"r{member}", START, ("1", 1)))
    assert await desk.account(member) == {"available": 0, "held": 0, "pending": 0, "deficit": 100}
    await desk.hear(bought(member, "100.00"))
    assert await desk.account(member) == {"available": 10, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


async def test_P7_where_the_own_lot_does_not_suffice_others_are_drawn_on(desk: Desk):
    member = await desk.enroll()
    a, other = bought(member, "100.00"), bought(member, "100.00", at=START - DAY)
    await desk.hear(a)
    assert (await desk.burn(member, 100)).status_code == 201
    await desk.hear(other)
    await desk.hear(back(a, f"r{member}", START, ("1", 1)))
    assert await desk.account(member) == {"available": 10, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


@pytest.mark.parametrize("is_expired_first", [True, False], ids=["expiry first", "return first"])
async def test_P7_expiry_before_or_after_the_return_ends_alike(desk: Desk, is_expired_first: bool):
    member = await desk.enroll()
    a = bought(member, "100.00", units=3)
    await desk.hear(a)
    r = back(a, f"r{member}", START, ("1", 1))
    if not is_expired_first:
        await desk.hear(r)
    desk.at(START + 800 * DAY)
    await desk.stage.run_job("expire_lots")
    if is_expired_first:
        await desk.hear(r)
    lots = (await desk.api.get(f"/v1/points/{member}/lots")).json()["items"]
    (lot,) = [lot for lot in lots if lot["point_type"] == "points"]
    assert (lot["granted"], lot["remaining"], lot["expired"]) == (110, 0, 73)
    assert await desk.account(member) == {"available": 0, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


async def test_a_fact_of_an_unknown_member_makes_them_known(desk: Desk):
    member = str(uuid4())
    assert (await desk.api.get(f"/v1/points/{member}")).status_code == 404
    await desk.hear(bought(member, "100.00"))
    assert await desk.available(member) == 110


async def test_two_batches_of_one_member_at_a_time_lose_nothing(desk: Desk):
    member = await desk.enroll()
    one, other = bought(member, "100.00"), bought(member, "100.00")
    with pytest.raises(Conflict):
        async with desk.interrupted("accounts_of", lambda: desk.stage.deliver(other)) as batch:
            await accrue_purchases(batch, [one])
    await desk.hear(one, other)
    assert await desk.available(member) == 220
    assert await desk.books_balance()


async def test_a_burn_that_slips_into_a_batch_makes_it_read_again(desk: Desk):
    member = await desk.enroll()
    await desk.hear(bought(member, "100.00"))
    late = bought(member, "10.00")
    with pytest.raises(Conflict):
        async with desk.interrupted("accounts_of", lambda: desk.burn(member, 50)) as batch:
            await accrue_purchases(batch, [late])
    await desk.hear(late)
    assert await desk.available(member) == 110 - 50 + 11
    assert await desk.books_balance()


async def test_who_lost_two_races_takes_the_locks(desk: Desk):
    member = await desk.enroll()
    await desk.hear(bought(member, "100.00"))
    cause = Cause("test", "bus:test", lost_races=2)
    async with desk.stage.database.begin(cause) as batch:
        await accrue_purchases(batch, [bought(member, "10.00")])
        with pytest.raises(Unavailable, match="55P03"):
            async with desk.stage.database.begin(Cause("test", "test"), Patience(900, 50)) as other:
                await lock_account(other, member, "points")
    assert await desk.available(member) == 121


@pytest.mark.parametrize("after", ["accounts_of", "look_up_purchases"])
@pytest.mark.parametrize("fact", ["return", "tier"])
async def test_a_fact_that_overtakes_a_purchase_in_the_making_is_not_missed(
    desk: Desk, fact: str, after: str
):
    """The purchase is rated without it, loses its race, and is rated again with it."""
    member = await desk.enroll()
    a = bought(member, "100.00")
    message: Event = back(a, f"r{member}", START, ("1", 1))
    if fact == "tier":
        message = tiers(member, 1, (a.occurred_at - DAY, "gold"))
    with pytest.raises(Conflict):
        async with desk.interrupted(after, lambda: desk.stage.deliver(message)) as batch:
            await accrue_purchases(batch, [a])
    await desk.hear(a)
    assert await desk.available(member) == (200 if fact == "tier" else 0)
    assert await desk.books_balance()


async def test_a_balance_is_of_one_moment(desk: Desk):
    member = await desk.enroll()
    await desk.hear(bought(member, "100.00"))
    with pytest.raises(Conflict):
        async with desk.interrupted("accounts_of", lambda: desk.burn(member, 10)) as look:
            await show_balance(look, member)
    assert await desk.available(member) == 100


@pytest.mark.parametrize("table", ["posting", "draw", "journal_entry", "returned"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET member_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"]
)
async def test_P1_update_and_delete_are_refused(desk: Desk, table: str, change: str):
    member = await desk.enroll()
    a = bought(member, "100.00")
    await desk.hear(a, back(a, f"r{member}", START, ("1", 1)))
    statement = change.format(table)
    if table == "journal_entry":
        statement = statement.replace("member_id = 'x'", "points = 1")
    with pytest.raises(Exception, match="never changed"):
        await desk.stage.rows(statement)


async def test_the_key_of_a_fact_is_its_place_in_time(desk: Desk):
    at = START + timedelta(microseconds=1_500)
    assert first_id(at) <= moment_id(at, "x") < first_id(at + timedelta(milliseconds=1))
    assert len(moment_id(at, "x")) == 36
