"""Transfers on a real database: many at a time, killed in the middle, and beside other writers."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.tx import Conflict
from points_svc.domain.transfers import TransferAsk
from points_svc.handlers.transfer_points import transfer_points
from points_testing.desk import START, Desk, back, of
from points_testing.ledger import purchase
from points_testing.moving import codes, heard, member_with, offer_transfers, send

ROUNDS_MAX = 20
TRANSFERS = "SELECT 1 FROM transfer WHERE member_id = ANY(:m)"
AT_ZERO = """
SELECT coalesce(sum(CASE WHEN credit = 'transfer' THEN points ELSE -points END), 0) AS off
FROM journal_entry WHERE 'transfer' IN (debit, credit)
"""


@pytest.fixture
async def two(desk: Desk) -> tuple[str, str]:
    """Two members with 110 and 121 points in two lots each."""
    await offer_transfers(desk)
    one, other = (
        await member_with(desk, "60.00", "40.00"),
        await member_with(desk, "70.00", "40.00"),
    )
    return one, other


async def test_P10_50_transfers_that_cross_all_get_through(desk: Desk, two: tuple[str, str]):
    one, other = two
    names = [(str(uuid4()), *(two if n % 2 else two[::-1])) for n in range(50)]
    done = Counter[int]()
    for _ in range(ROUNDS_MAX):
        answers = await asyncio.gather(
            *(send(desk, giver, to, 1, transfer_id=name) for name, giver, to in names)
        )
        names = [each for each, a in zip(names, answers, strict=True) if a.status_code == 503]
        done += Counter(answer.status_code for answer in answers if answer.status_code != 503)
        assert codes([a for a in answers if a.status_code != 503]) == []
        if not names:
            break
    assert done == {201: 50}
    assert (await desk.available(one), await desk.available(other)) == (110, 121)
    assert len(await desk.stage.rows(TRANSFERS, m=list(two))) == 50
    assert (await desk.stage.rows(AT_ZERO))[0].off == 0
    assert await desk.books_balance()


async def test_the_same_transfer_many_times_at_once_moves_once(desk: Desk, two: tuple[str, str]):
    one, other = two
    name = str(uuid4())
    answers = await asyncio.gather(
        *(send(desk, one, other, 30, transfer_id=name) for _ in range(10))
    )
    bodies = [answer.json() for answer in answers if answer.status_code == 201]
    assert bodies
    assert all(body == bodies[0] for body in bodies)
    assert (await desk.available(one), await desk.available(other)) == (80, 151)
    assert await desk.books_balance()


async def test_I3_many_transfers_at_once_never_send_more_than_there_is(
    desk: Desk, two: tuple[str, str]
):
    one, other = two
    answers = await asyncio.gather(*(send(desk, one, other, 25) for _ in range(20)))
    sent = sum(answer.status_code == 201 for answer in answers)
    assert sent <= 4
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"points_insufficient"}
    assert await desk.available(one) == 110 - 25 * sent
    assert await desk.available(other) == 121 + 25 * sent
    assert await desk.books_balance()


STATEMENTS = (
    "touch_accounts",
    "find_transfer",
    "open_lots",
    "keep_transfer",
    "post",
)


@pytest.mark.parametrize("after", STATEMENTS)
async def test_I13_a_transfer_that_dies_after_a_statement_has_moved_nothing(
    desk: Desk, two: tuple[str, str], after: str
):
    one, other = two
    before = await desk.stage.counts()

    async def die() -> None:
        raise Conflict("killed")

    asked = TransferAsk(one, str(uuid4()), other, "points", 30, "", "", "till")
    with pytest.raises(Conflict, match="killed"):
        async with desk.interrupted(after, die) as tx:
            await transfer_points(tx, asked)
    assert await desk.stage.counts() == before
    assert (await desk.available(one), await desk.available(other)) == (110, 121)
    assert await desk.books_balance()


async def test_P14_transfers_and_facts_at_once_leave_balanced_books(
    desk: Desk, two: tuple[str, str]
):
    one, other = two
    facts = [of(m, purchase(f"{m}-x{n}", START, "10.00")) for m in two for n in range(4)]
    sent = [send(desk, *(two if n % 2 else two[::-1]), 5) for n in range(10)]
    answers = await asyncio.gather(*(heard(desk, fact) for fact in facts), *sent)
    assert codes([a for a in answers if a is not None and a.status_code != 503]) == []
    assert await desk.available(one) + await desk.available(other) == 110 + 121 + 8 * 11
    assert await desk.books_balance()


async def test_P7_goods_that_go_back_after_their_points_were_sent_leave_the_giver_owing(
    desk: Desk,
):
    await offer_transfers(desk)
    giver, to = await desk.enroll(), await desk.enroll()
    bought = of(giver, purchase(giver, START, "100.00"))
    await desk.stage.deliver(bought)
    assert (await send(desk, giver, to, 110)).status_code == 201
    await desk.hear(back(bought, f"{giver}-r", START + timedelta(minutes=1), ("1", 1)))
    assert await desk.account(giver) == {"available": 0, "held": 0, "pending": 0, "deficit": 110}
    assert await desk.available(to) == 110
    assert (await send(desk, to, giver, 110)).status_code == 201
    assert await desk.account(giver) == {"available": 0, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


async def test_P11_what_was_sent_expires_with_its_receiver(desk: Desk, two: tuple[str, str]):
    one, other = two
    assert (await send(desk, one, other, 110)).status_code == 201
    desk.at(START + timedelta(days=800))
    assert await desk.available(other) == 0
    await desk.stage.run_job("expire_lots")
    assert await desk.available(other) == 0
    assert (await desk.kinds(other))["expiry"] == 3
    assert await desk.books_balance()
