"""What is answered about an account's past: its postings and lots, page by page, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.tx import Row, Tx
from points_svc.domain.basis import Portion
from points_svc.domain.postings import Posting
from points_svc.store.lots import DRAWN, LOT

COLUMNS = ", ".join(Posting._fields)
POSTINGS_BEFORE = f"""
SELECT {COLUMNS} FROM posting
WHERE member_id = :member_id AND (fact_id, part) < (:fact_id, :part)
ORDER BY fact_id DESC, part DESC LIMIT :limit
"""
FIND_POSTING = f"""
SELECT {COLUMNS} FROM posting
WHERE member_id = :member_id AND fact_id = :fact_id AND part = :part
"""
DRAWS_BY = """
SELECT lot_id, points, expired FROM draw
WHERE member_id = :member_id AND fact_id = :fact_id AND part = :part ORDER BY lot_id
"""
LOTS_BEFORE = f"""
{LOT}
FROM (
    SELECT * FROM posting q
    WHERE q.member_id = :member_id AND q.part = q.point_type
      AND (q.fact_id, q.part) < (:fact_id, :part)
    ORDER BY q.fact_id DESC, q.part DESC LIMIT :limit) p
{DRAWN}
ORDER BY p.fact_id DESC, p.part DESC
"""
FIND_LOT = f"""
{LOT}
FROM (
    SELECT * FROM posting q
    WHERE q.member_id = :member_id AND q.fact_id = :lot_id AND q.part = :point_type
      AND q.part = q.point_type) p
{DRAWN}
"""
LAST = "~"
"""Sorts after every id."""


@dataclass(frozen=True)
class LotRow:
    """A lot as it stands."""

    point_type: str
    lot_id: str
    occurred_at: datetime
    available_from: datetime
    expires_at: datetime | None
    granted: int
    remaining: int
    expired: int
    stage: str


async def postings_before(
    tx: Tx, member_id: str, before: Sequence[str] | None, limit: int
) -> list[Posting]:
    """A member's postings by the moment of their fact, newest first, behind (fact id, part)."""
    fact_id, part = before or (LAST, LAST)
    rows = await tx.execute(
        "postings_before",
        POSTINGS_BEFORE,
        member_id=member_id,
        fact_id=fact_id,
        part=part,
        limit=limit,
    )
    return [_posting(row) for row in rows]


async def find_posting(tx: Tx, member_id: str, fact_id: str, part: str) -> Posting | None:
    """One posting of a member."""
    rows = await tx.execute(
        "find_posting", FIND_POSTING, member_id=member_id, fact_id=fact_id, part=part
    )
    return _posting(rows[0]) if rows else None


async def draws_by(tx: Tx, posting: Posting) -> list[Portion]:
    """What a posting took from which lots."""
    rows = await tx.execute(
        "draws_by",
        DRAWS_BY,
        member_id=posting.member_id,
        fact_id=posting.fact_id,
        part=posting.part,
    )
    return [Portion(row.lot_id, row.points, row.expired) for row in rows]


async def lots_before(
    tx: Tx, member_id: str, before: Sequence[str] | None, limit: int
) -> list[LotRow]:
    """A member's lots, newest first, behind (lot id, point type)."""
    fact_id, part = before or (LAST, LAST)
    rows = await tx.execute(
        "lots_before", LOTS_BEFORE, member_id=member_id, fact_id=fact_id, part=part, limit=limit
    )
    return [_lot(row) for row in rows]


async def find_lot(tx: Tx, member_id: str, lot_id: str, point_type: str) -> LotRow:
    """A lot of a member that is there, as it stands."""
    (row,) = await tx.execute(
        "find_lot", FIND_LOT, member_id=member_id, lot_id=lot_id, point_type=point_type
    )
    return _lot(row)


def _posting(row: Row) -> Posting:
    return Posting(**row._asdict())


def _lot(row: Row) -> LotRow:
    fields = LotRow.__dataclass_fields__
    return LotRow(**{name: value for name, value in row._asdict().items() if name in fields})
