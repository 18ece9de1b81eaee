"""Whoever wrote an account meanwhile, who was slower lost a race: never a fault of the ledger."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
import pytest_asyncio
from asyncpg import UniqueViolationError

from chassis.testing.stage import Stage
from chassis.tx import Conflict
from contracts.events.purchases import PurchaseRecorded
from points_svc.domain.books import Books
from points_svc.domain.postings import AVAILABLE, ISSUANCE, Movement
from points_svc.handlers.accrue_purchases import accrue_purchases
from points_svc.handlers.post_books import post_books
from points_svc.store import accounts
from points_testing.desk import START, Desk, of
from points_testing.ledger import purchase
from points_testing.terms import publish

DAY = timedelta(days=1)
NOW = START + 11 * DAY


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(stage: Stage) -> AsyncIterator[Desk]:
    stage.at(START)
    async with stage.client() as caller:
        desk = Desk(stage, caller)
        await publish(desk, maximum_balance=2_000, expiry={"kind": "days", "n": 10})
        yield desk


def bought(member: str, days: int) -> PurchaseRecorded:
    return of(member, purchase(f"{member}-{days}", START + days * DAY, "100.00"))


async def member_of(desk: Desk) -> str:
    """Two lots: one that has ended by now, and one that has not."""
    member = await desk.enroll()
    for days in (0, 5):
        desk.at(START + days * DAY)
        await desk.stage.deliver(bought(member, days))
    desk.at(NOW)
    return member


@pytest.mark.parametrize("what", ["a sweep", "a burn", "itself"])
async def test_I4_a_purchase_that_was_overtaken_lost_a_race(desk: Desk, what: str):
    member = await member_of(desk)
    late = bought(member, 11)
    meanwhile: Callable[[], Awaitable[object]] = {
        "a sweep": lambda: desk.stage.run_job("expire_lots"),
        "a burn": lambda: desk.burn(member, 50),
        "itself": lambda: desk.stage.deliver(late),
    }[what]
    with pytest.raises(Conflict):
        async with desk.interrupted("open_lots", meanwhile) as tx:
            await accrue_purchases(tx, [late])
    await desk.hear(late)
    assert (await desk.kinds(member))["accrual"] == 3
    assert await desk.books_balance()


async def test_I4_a_key_that_is_taken_without_a_race_is_a_fault(desk: Desk):
    member = await member_of(desk)
    first = bought(member, 0).fact_id
    with pytest.raises(UniqueViolationError, match="posting_pkey"):
        async with desk.stage.begin() as tx:
            books = Books(tx.now, "1", await accounts.accounts_of(tx, [member]))
            again = Movement(
                "accrual", ISSUANCE, AVAILABLE, 10, first, START, 1, available_from=START
            )
            books.of(member, "points").post(again)
            await post_books(tx, books)
    assert await desk.books_balance()
