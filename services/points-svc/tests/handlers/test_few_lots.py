"""What a hold and its capture ask PostgreSQL, counted: no more of a long history (S7)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.tx import Conflict, Row, Tx
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain.books import Account
from points_svc.domain.holds import Hold, HoldAsk
from points_svc.domain.lots import Lot, draw
from points_svc.handlers.capture_hold import capture_hold
from points_svc.handlers.hold_points import hold_points
from points_svc.store import accounts, lots
from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase

DAY = timedelta(days=1)
HOLD = ["lock_account", "hold_ground", "covering_lots", "post", "write_outbox"]
CAPTURE = ["lock_held_account", "hold_ground", "lots_named", "post", "write_outbox"]
Asked = list[tuple[str, int]]


@asynccontextmanager
async def watched(desk: Desk) -> AsyncIterator[tuple[Tx, Asked]]:
    """A transaction, and the names of its statements with the rows that came back."""
    asked: Asked = []
    async with desk.stage.begin() as tx:
        execute = tx.execute

        async def watch(name: str, sql: str, /, **params: Any) -> list[Row]:
            rows = await execute(name, sql, **params)
            asked.append((name, len(rows)))
            return rows

        setattr(tx, "execute", watch)  # noqa: B010
        yield tx, asked


def asking(member: str, points: int) -> HoldAsk:
    return HoldAsk(member, str(uuid4()), "points", points, "test", 900, "till")


def bought(member: str, number: int, first: datetime = START - 300 * DAY) -> PurchaseRecorded:
    return of(member, purchase(f"{member}-{number}", first + number * timedelta(hours=6), "10.00"))


async def member_of(desk: Desk, purchases: int) -> str:
    member = await desk.enroll()
    await desk.stage.deliver(*(bought(member, number) for number in range(purchases)))
    return member


async def held_and_captured(desk: Desk, member: str) -> tuple[Asked, Asked]:
    ask = asking(member, 15)
    async with watched(desk) as (tx, of_hold):
        await hold_points(tx, ask)
    async with watched(desk) as (tx, of_capture):
        await capture_hold(tx, member, ask.hold_id, None, ask.source)
    return of_hold, of_capture


async def test_S7_a_hold_and_its_capture_ask_as_little_of_1000_open_lots_as_of_10(desk: Desk):
    few, many = [await held_and_captured(desk, await member_of(desk, n)) for n in (10, 1_000)]
    assert few == many
    of_hold, of_capture = few
    assert [name for name, _ in of_hold] == HOLD
    assert [name for name, _ in of_capture] == CAPTURE
    assert dict(of_hold)["covering_lots"] == dict(of_capture)["lots_named"] == 2
    assert await desk.books_balance()


async def open_lots(tx: Tx, member: str) -> tuple[Account, list[Lot]]:
    """The account, and every lot of it that has something left."""
    account = await accounts.lock_account(tx, member, "points")
    assert account is not None
    oldest = accounts.bound(account)
    assert oldest is not None
    key = (member, "points")
    return account, (await lots.open_lots(tx, [(key, oldest)]))[key]


async def test_P3_the_lots_that_are_read_are_the_first_of_all_in_burn_order(desk: Desk):
    """Ends that are not in the order of ages: another year's, extended ones, some spent before."""
    member = await member_of(desk, 12)
    await desk.stage.deliver(*(bought(member, n, START - 20 * DAY) for n in range(20, 26)))
    for number, days in ((1, 900), (4, 30), (22, 500)):
        lot = bought(member, number, START - (20 if number >= 20 else 300) * DAY).fact_id
        done = await desk.api.post(
            f"/v1/points/{member}/lots/{lot}/extend",
            json={"reason": "closed", "days": days},
            headers={"Idempotency-Key": f"{member}-{number}"},
        )
        assert done.status_code == 200, done.text
    for points in (1, 10, 12, 25, 33, 40, 60):
        async with desk.stage.begin() as tx:
            _, every = await open_lots(tx, member)
            hold, _ = await hold_points(tx, asking(member, points))
            assert list(hold.lots) == draw(every, points, tx.now)
            account, left = await open_lots(tx, member)
        assert account.open_from == min(lot.occurred_at for lot in left)
        assert account.available == sum(lot.remaining for lot in left)
    assert await desk.books_balance()


async def place(desk: Desk, ask: HoldAsk) -> Hold:
    async with desk.stage.begin() as tx:
        return (await hold_points(tx, ask))[0]


async def test_P8_a_hold_that_comes_while_its_capture_looks_for_it_is_looked_for_again(desk: Desk):
    member, ask = await member_of(desk, 2), asking("", 5)
    ask = HoldAsk(**{**vars(ask), "member_id": member})
    with pytest.raises(Conflict):
        async with desk.interrupted("lock_held_account", lambda: place(desk, ask)) as tx:
            await capture_hold(tx, member, ask.hold_id, None, ask.source)
    async with desk.stage.begin() as tx:
        captured, _ = await capture_hold(tx, member, ask.hold_id, None, ask.source)
    assert captured.captured == 5
    assert await desk.books_balance()
