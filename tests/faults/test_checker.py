"""The checker sees what it is there for: rows that were tampered with, one way at a time."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chassis.testing.databases import Server
from tests.e2e.redemption_books import Sides, torn
from tests.e2e.suite import service
from tests.faults.checker import (
    I1_CONSERVATION,
    I1_PROGRAMME_ROWS,
    I2_BALANCES,
    I2_LOTS,
    I3_BALANCES,
    I3_DEFICITS,
    I3_HOLDS,
    I4_TWICE,
    STOCK,
    Books,
    Shown,
    strangers,
    unlike,
    unmatched,
)
from tests.oracle.rating import Rated
from tests.oracle.timeline import Interval

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

AT = datetime(2026, 3, 2, tzinfo=UTC)
UNCHECKED = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
               WHERE contype = 'c' AND conrelid = 'account'::regclass
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.t, one.conname); END LOOP;
END $$
"""


def account(available: int = 0, held: int = 0, deficit: int = 0) -> str:
    return f"""
    INSERT INTO account (member_id, point_type, available, pending, held, deficit, seq, turn, head)
    VALUES ('m1', 'points', {available}, 0, {held}, {deficit}, 1, 1,
        decode(repeat('00', 32), 'hex'))
    """


def posting(seq: int, kind: str, debit: str, credit: str) -> str:
    return f"""
    INSERT INTO posting (member_id, fact_id, part, point_type, kind, debit, credit, points,
        occurred_at, recorded_at, revision, seq, available_after, hash)
    VALUES ('m1', 'f1', 'points-{seq}', 'points', '{kind}', '{debit}', '{credit}', 5,
        now(), now(), 1, {seq}, 0, decode(repeat('00', 32), 'hex'))
    """


JOURNAL = """
INSERT INTO journal_entry (recorded_at, recorded_on, zone, point_type, kind, debit, credit,
    occurred_month, expiry_month, postings, points)
VALUES (now(), '2026-03-02', 'UTC', 'points', 'accrual', 'issuance', 'available',
    '2026-03', '2026-03', 1, 5)
"""
TWICE = [posting(n, "accrual", "issuance", "available") for n in (1, 2)]


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


@pytest.mark.parametrize(
    ("query", "tampering"),
    [
        pytest.param(I1_CONSERVATION, [account(5)], id="points that nobody issued"),
        pytest.param(I1_PROGRAMME_ROWS, [JOURNAL], id="a journal line without its posting"),
        pytest.param(I2_BALANCES, [account(5)], id="a balance without postings"),
        pytest.param(I2_LOTS, [account(5)], id="points without a lot"),
        pytest.param(I3_BALANCES, [UNCHECKED, account(-5)], id="less than nothing"),
        pytest.param(I3_BALANCES, [UNCHECKED, account(5, deficit=5)], id="had while owed"),
        pytest.param(I3_HOLDS, [account(held=5)], id="held without a hold"),
        pytest.param(I3_DEFICITS, [posting(1, "burn", "deficit", "burn")], id="owed for a burn"),
        pytest.param(I4_TWICE, TWICE, id="accrued twice"),
    ],
)
async def test_what_was_tampered_with_is_seen(
    server: Server, query: str, tampering: list[str]
) -> None:
    books = Books({"points-svc": await server.fresh(service("points-svc").migrations)})
    assert await books.ask("points-svc", query) == []
    for statement in tampering:
        await books.ask("points-svc", statement)
    (row,) = await books.ask("points-svc", query)
    assert "points" in row.values() or "f1" in row.values()


@pytest.mark.parametrize(
    ("accepted", "accrued", "said"),
    [
        pytest.param({(M, "f1", "purchase")}, {(M, "f1")}, [], id="a purchase"),
        pytest.param({(M, "f1", "activity")}, {(M, "f1")}, [], id="an activity with points"),
        pytest.param({(M, "f1", "activity")}, set(), [], id="an activity without rules"),
        pytest.param({(M, "f1", "purchase")}, set(), ["accepted, never"], id="a lost purchase"),
        pytest.param(set(), {(M, "f1")}, ["accrued, never"], id="an accrual of nothing"),
    ],
)
def test_I4_what_was_accepted_and_what_was_accrued_match(accepted, accrued, said) -> None:
    found = unmatched(accepted, accrued)
    assert len(found) == len(said)
    assert all(part in line for part, line in zip(said, found, strict=True))


async def test_I7_stock_that_is_gone_is_seen(server: Server) -> None:
    books = Books({"benefit-svc": await server.fresh(service("benefit-svc").migrations)})
    await books.ask("benefit-svc", "INSERT INTO reward_stock VALUES ('tote', 10, 10)")
    assert await books.ask("benefit-svc", STOCK) == []
    await books.ask("benefit-svc", "UPDATE reward_stock SET remaining = 9")
    assert [row["reward_id"] for row in await books.ask("benefit-svc", STOCK)] == ["tote"]


REGULAR = (Interval("regular", 1, AT, None),)
RATED = Rated({("f1", "points"): 110}, {("r1", "points"): 60}, {"f1": "regular"}, REGULAR)
SHOWN = Shown({("f1", "points"): 110, ("r1", "points"): -60}, REGULAR, REGULAR, (("regular", AT),))
SILVER = (Interval("silver", 1, AT, None),)


def test_I10_what_is_as_rated_passes() -> None:
    assert unlike({M: RATED}, {M: SHOWN}) == []


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        pytest.param({}, "nothing is known", id="a member who was lost"),
        pytest.param({M: replace(SHOWN, totals={})}, "instead of", id="facts that were lost"),
        pytest.param(
            {M: replace(SHOWN, totals={**SHOWN.totals, ("f2", "points"): 1})},
            "instead of",
            id="a fact of nobody",
        ),
        pytest.param({M: replace(SHOWN, stands=SILVER)}, "stands", id="another standing"),
        pytest.param({M: replace(SHOWN, told=SILVER)}, "told", id="told otherwise"),
        pytest.param({M: replace(SHOWN, told_to_points=())}, "heard", id="never heard"),
    ],
)
def test_I10_what_is_not_as_rated_is_seen(shown: dict[str, Shown], said: str) -> None:
    (line,) = unlike({M: RATED}, shown)
    assert said in line


def test_I4_a_member_of_whom_nobody_told_is_seen() -> None:
    assert strangers({}, {M: SHOWN}) == ["m1: nobody told of them"]
