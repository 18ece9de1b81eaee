"""The checker sees what it is there for: rows that were tampered with, one way at a time."""

from dataclasses import replace

import pytest

from chassis.testing.databases import Server
from tests.e2e.redemption_books import Sides, torn
from tests.e2e.suite import service
from tests.faults.checker import I2_LOTS, Books

M = "m1"
HELD = {"member_id": M, "hold_id": "r1", "state": "captured", "captured": 500}
BURNED = {"member_id": M, "burn_id": "r1", "state": "burned", "points": 500}
ISSUED = {"member_id": M, "redemption_id": "r1", "state": "issued"}
DONE = {"member_id": M, "redemption_id": "r1", "state": "fulfilled", "points": 500}

FULFILLED = Sides([DONE], [ISSUED], [HELD], [BURNED])
CANCELLED = Sides(
    [{**DONE, "state": "cancelled"}],
    [{**ISSUED, "state": "voided"}],
    [HELD],
    [{**BURNED, "state": "cancelled"}],
)
REFUSED = Sides([{**DONE, "state": "refused"}], [], [{**HELD, "state": "released"}], [])

ACCOUNT = """
INSERT INTO account (member_id, point_type, available, pending, held, deficit, seq, turn, head)
VALUES ('m1', 'points', 5, 0, 0, 0, 1, 1, decode(repeat('00', 32), 'hex'))
"""


@pytest.mark.parametrize(
    "sides",
    [
        pytest.param(FULFILLED, id="fulfilled"),
        pytest.param(replace(FULFILLED, vouchers=[{**ISSUED, "state": "used"}]), id="and used"),
        pytest.param(CANCELLED, id="cancelled"),
        pytest.param(REFUSED, id="refused"),
        pytest.param(replace(REFUSED, holds=[]), id="refused before any hold"),
    ],
)
def test_I5_what_is_whole_passes(sides: Sides) -> None:
    assert torn(sides) == []


@pytest.mark.parametrize(
    "sides",
    [
        pytest.param(replace(FULFILLED, vouchers=[]), id="burned without a voucher"),
        pytest.param(replace(FULFILLED, vouchers=[ISSUED, ISSUED]), id="two vouchers"),
        pytest.param(
            replace(FULFILLED, vouchers=[{**ISSUED, "state": "voided"}]), id="its voucher voided"
        ),
        pytest.param(replace(FULFILLED, holds=[{**HELD, "captured": 1}]), id="captured too few"),
        pytest.param(replace(FULFILLED, holds=[]), id="never held"),
        pytest.param(replace(FULFILLED, burns=[]), id="captured, never burned"),
        pytest.param(replace(FULFILLED, burns=[{**BURNED, "points": 1}]), id="burned too few"),
        pytest.param(replace(FULFILLED, burns=CANCELLED.burns), id="points back, voucher works"),
        pytest.param(replace(CANCELLED, burns=[BURNED]), id="cancelled, points not back"),
        pytest.param(replace(CANCELLED, vouchers=[ISSUED]), id="cancelled, voucher works"),
        pytest.param(replace(CANCELLED, holds=[]), id="cancelled, nothing captured"),
        pytest.param(replace(REFUSED, holds=[HELD]), id="refused and captured"),
        pytest.param(replace(REFUSED, burns=[BURNED]), id="refused and burned"),
        pytest.param(replace(REFUSED, vouchers=[ISSUED]), id="refused with a voucher"),
        pytest.param(replace(REFUSED, holds=[{**HELD, "state": "open"}]), id="refused, still held"),
        pytest.param(Sides([], [], [HELD], []), id="captured for nobody"),
        pytest.param(Sides([], [], [], [BURNED]), id="burned for nobody"),
        pytest.param(Sides([], [ISSUED], [], []), id="a voucher of nobody"),
    ],
)
def test_I5_what_is_torn_is_seen(sides: Sides) -> None:
    (line,) = torn(sides)
    assert line.startswith("I5: ")


async def test_I2_points_without_a_lot_are_seen(server: Server) -> None:
    books = Books({"points-svc": await server.fresh(service("points-svc").migrations)})
    assert await books.ask("points-svc", I2_LOTS) == []
    await books.ask("points-svc", ACCOUNT)
    (row,) = await books.ask("points-svc", I2_LOTS)
    assert (row["member_id"], row["stored"], row["remaining"]) == ("m1", 5, None)
