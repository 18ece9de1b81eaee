"""Holds and burns by the names that their callers chose.

A name is its channel's own: what another channel named so is not seen (I19), but by those who can
only read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.parts import Part
from chassis.tx import Conflict, Row, Tx
from points_svc.domain.basis import Portion, packed, unpacked
from points_svc.domain.burns import Burn
from points_svc.domain.holds import Hold

HOLD_COLUMNS = """
member_id, hold_id, point_type, state, points, captured, purpose, lapse_after_s, source, lots,
placed_at, lapses_at, ended_at
"""
FIND_HOLD = f"""
SELECT {HOLD_COLUMNS} FROM hold
WHERE member_id = :member_id AND hold_id = :hold_id AND source = :source
"""
FIRST_HOLD = f"""
SELECT {HOLD_COLUMNS} FROM hold
WHERE member_id = :member_id AND hold_id = :hold_id
ORDER BY state = 'tombstone', placed_at, source LIMIT 1
"""
DUE_HOLDS_OF = f"""
SELECT {HOLD_COLUMNS} FROM hold
WHERE member_id = ANY(CAST(:member_ids AS text[])) AND state = 'open' AND lapses_at <= :at
ORDER BY lapses_at, member_id, hold_id, source
"""
HOLDS_OF = f"""
SELECT {HOLD_COLUMNS} FROM hold WHERE member_id = ANY(CAST(:member_ids AS text[]))
ORDER BY member_id, hold_id, source
"""
DUE_HOLDS = """
SELECT member_id, point_type FROM hold WHERE state = 'open' AND lapses_at <= :at
ORDER BY lapses_at, member_id, hold_id, source LIMIT :limit
"""
KEEP_HOLD = f"""
INSERT INTO hold ({HOLD_COLUMNS})
VALUES (:member_id, :hold_id, :point_type, :state, :points, :captured, :purpose, :lapse_after_s,
        :source, :lots, :placed_at, :lapses_at, :ended_at)
ON CONFLICT (member_id, hold_id, source) DO NOTHING
"""
END_HOLDS = """
UPDATE hold h SET state = n.state, captured = n.captured, ended_at = n.ended_at
FROM unnest(
    CAST(:member_ids AS text[]), CAST(:hold_ids AS text[]), CAST(:sources AS text[]),
    CAST(:states AS text[]), CAST(:captured AS bigint[]), CAST(:ended AS timestamptz[])
) AS n (member_id, hold_id, source, state, captured, ended_at)
WHERE h.member_id = n.member_id AND h.hold_id = n.hold_id AND h.source = n.source
  AND h.state = 'open'
"""
BURN_COLUMNS = """
member_id, burn_id, point_type, state, points, purpose, hold_id, source, lots, burned_at,
cancelled_at
"""
FIND_BURN = f"""
SELECT {BURN_COLUMNS} FROM burn
WHERE member_id = :member_id AND burn_id = :burn_id AND source = :source
"""
FIRST_BURN = f"""
SELECT {BURN_COLUMNS} FROM burn
WHERE member_id = :member_id AND burn_id = :burn_id
ORDER BY state = 'tombstone', burned_at, source LIMIT 1
"""
KEEP_BURN = f"""
INSERT INTO burn ({BURN_COLUMNS})
VALUES (:member_id, :burn_id, :point_type, :state, :points, :purpose, :hold_id, :source, :lots,
        :burned_at, :cancelled_at)
ON CONFLICT (member_id, burn_id, source) DO NOTHING
"""
CANCEL_BURN = """
UPDATE burn SET state = 'cancelled', cancelled_at = :at
WHERE member_id = :member_id AND burn_id = :burn_id AND source = :source AND state = 'burned'
"""


async def find_hold(tx: Tx, member_id: str, hold_id: str, source: str) -> Hold | None:
    """A channel's hold of a member, or the tombstone in its place."""
    rows = await tx.execute(
        "find_hold", FIND_HOLD, member_id=member_id, hold_id=hold_id, source=source
    )
    return _hold(rows[0]) if rows else None


async def first_hold(tx: Tx, member_id: str, hold_id: str) -> Hold | None:
    """The hold of that name that was placed first, of whatever channel."""
    rows = await tx.execute("first_hold", FIRST_HOLD, member_id=member_id, hold_id=hold_id)
    return _hold(rows[0]) if rows else None


async def due_holds_of(tx: Tx, member_ids: Sequence[str], at: datetime) -> list[Hold]:
    """The holds of these members that are open by their row, but over by `at`."""
    rows = await tx.execute("due_holds_of", DUE_HOLDS_OF, member_ids=list(member_ids), at=at)
    return [_hold(row) for row in rows]


async def holds_of(tx: Tx, member_ids: Sequence[str]) -> list[Hold]:
    """All holds of these members, tombstones too."""
    rows = await tx.execute("holds_of", HOLDS_OF, member_ids=list(member_ids))
    return [_hold(row) for row in rows]


async def accounts_with_due_holds(tx: Tx, at: datetime, limit: int) -> list[tuple[str, str]]:
    """Accounts with a hold that is open by its row, but over by `at`; the longest over first."""
    rows = await tx.execute("due_holds", DUE_HOLDS, at=at, limit=limit)
    return sorted({(row.member_id, row.point_type) for row in rows})


def keeping_hold(hold: Hold) -> Part:
    """Keeps a new hold, unless its name was taken meanwhile."""
    return Part(KEEP_HOLD, _fields(hold))


def ending_holds(holds: Sequence[Hold]) -> Part:
    """Writes how these open holds ended."""
    return Part(
        END_HOLDS,
        {
            "member_ids": [hold.member_id for hold in holds],
            "hold_ids": [hold.hold_id for hold in holds],
            "sources": [hold.source for hold in holds],
            "states": [hold.state for hold in holds],
            "captured": [hold.captured for hold in holds],
            "ended": [hold.ended_at for hold in holds],
        },
    )


async def end_holds(tx: Tx, holds: Sequence[Hold]) -> None:
    """Write how these open holds ended."""
    ending = ending_holds(holds)
    await tx.execute("end_holds", ending.sql, **ending.params)


async def find_burn(tx: Tx, member_id: str, burn_id: str, source: str) -> Burn | None:
    """A channel's burn of a member, or the tombstone in its place."""
    rows = await tx.execute(
        "find_burn", FIND_BURN, member_id=member_id, burn_id=burn_id, source=source
    )
    return _burn(rows[0]) if rows else None


async def first_burn(tx: Tx, member_id: str, burn_id: str) -> Burn | None:
    """The burn of that name that was made first, of whatever channel."""
    rows = await tx.execute("first_burn", FIRST_BURN, member_id=member_id, burn_id=burn_id)
    return _burn(rows[0]) if rows else None


def keeping_burn(burn: Burn) -> Part:
    """Keeps a new burn, unless its name was taken meanwhile."""
    return Part(KEEP_BURN, _fields(burn))


async def keep_burn(tx: Tx, burn: Burn) -> None:
    """Keep a new burn. Raises Conflict where its name was taken meanwhile."""
    if await tx.together("keep_burn", [keeping_burn(burn)]) == (0,):
        raise Conflict("the burn's name was taken meanwhile")


def cancelling_burn(burn: Burn) -> Part:
    """Writes that a burn was cancelled."""
    named = {"member_id": burn.member_id, "burn_id": burn.burn_id, "source": burn.source}
    return Part(CANCEL_BURN, {**named, "at": burn.cancelled_at})


def _fields(value: Hold | Burn) -> dict[str, Any]:
    return {**vars(value), "lots": packed(value.lots)}


def _hold(row: Row) -> Hold:
    return hold_of(**row._asdict())


def hold_of(lots: bytes, **fields: Any) -> Hold:
    """A hold as its columns say it."""
    return Hold(**fields, lots=unpacked(lots, tuple[Portion, ...]))


def _burn(row: Row) -> Burn:
    return burn_of(**row._asdict())


def burn_of(lots: bytes, **fields: Any) -> Burn:
    """A burn as its columns say it."""
    return Burn(**fields, lots=unpacked(lots, tuple[Portion, ...]))
