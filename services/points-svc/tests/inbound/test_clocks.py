"""Clocks that differ between hosts change no amount (I16): what is available can be drawn (I3)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from points_testing.desk import START, Desk, back, of
from points_testing.ledger import purchase

AHEAD = timedelta(minutes=4)
BEHIND = timedelta(minutes=10)


@pytest.fixture(params=["a till four minutes ahead", "a clock that goes back"])
async def bought(request: pytest.FixtureRequest, desk: Desk) -> tuple[str, datetime]:
    """A member with 110 points whose lot begins later than the clock reads now, and their
    moment.
    """
    occurred = START + AHEAD if "ahead" in request.param else START
    member = await desk.enroll()
    await desk.stage.deliver(of(member, purchase(f"{member}1", occurred, "100.00")))
    desk.at(START - BEHIND)
    return member, occurred


async def test_I16_a_lot_younger_than_the_clock_is_burned(desk: Desk, bought: tuple[str, datetime]):
    member, _ = bought
    assert await desk.available(member) == 110
    burned = await desk.burn(member, 110)
    assert burned.status_code == 201, burned.text
    cancel = f"/v1/points/{member}/burns/{burned.json()['burn_id']}/cancel"
    assert (await desk.api.post(cancel)).status_code == 200
    assert await desk.available(member) == 110
    assert await desk.books_balance()


async def test_I16_a_lot_younger_than_the_clock_is_held_and_captured(
    desk: Desk, bought: tuple[str, datetime]
):
    member, _ = bought
    held = await desk.hold(member, 110)
    assert held.status_code == 201, held.text
    desk.at(START - 2 * BEHIND)
    capture = f"/v1/points/{member}/holds/{held.json()['hold_id']}/capture"
    assert (await desk.api.post(capture, json={"points": 60})).status_code == 200
    assert await desk.account(member) == {"available": 50, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()


async def test_I16_a_lot_younger_than_the_clock_is_taken_by_an_adjustment(
    desk: Desk, bought: tuple[str, datetime]
):
    member, _ = bought
    taken = await desk.api.post(
        f"/v1/points/{member}/adjustments",
        json={"points": -110, "reason": "counted twice"},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert taken.status_code == 201, taken.text
    assert await desk.available(member) == 0
    assert await desk.books_balance()


async def test_I16_a_return_draws_on_a_lot_younger_than_the_clock(
    desk: Desk, bought: tuple[str, datetime]
):
    member, _ = bought
    desk.at(START)
    old = of(member, purchase(f"{member}0", START - timedelta(days=1), "50.00"))
    await desk.hear(old)
    assert (await desk.burn(member, 55)).status_code == 201
    desk.at(START - BEHIND)
    await desk.hear(back(old, f"{member}r", START, ("1", 1)))
    assert await desk.account(member) == {"available": 55, "held": 0, "pending": 0, "deficit": 0}
    assert await desk.books_balance()
